-- Values whose whole use spans less than their gap: one epoch.
INSERT INTO tick_pairs
SELECT carrier, sipHash64(value_hash, epoch), type, value, epoch
FROM
(
    SELECT
        value_hash,
        any(type) AS type,
        any(value) AS value,
        groupArray(group_id) AS carriers,
        minIf(first_us, first_us > 0) AS begin_us,
        max(last_us) AS finish_us,
        max(gap_us) AS gap,
        intDiv(begin_us, gap) AS epoch
    FROM tick_carriers
    GROUP BY value_hash
    HAVING finish_us - begin_us <= gap
)
ARRAY JOIN carriers AS carrier
