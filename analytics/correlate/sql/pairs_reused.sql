-- Values with a pause longer than their gap: each epoch is a value of its own. Evidence without a sensible time goes
-- with the first epoch.
INSERT INTO tick_pairs
WITH reused AS
(
    SELECT
        value_hash,
        minIf(first_us, first_us > 0) AS begin_us,
        max(last_us) AS finish_us,
        max(gap_us) AS gap
    FROM tick_carriers
    GROUP BY value_hash
    HAVING finish_us - begin_us > gap
)
SELECT
    group_id,
    sipHash64(value_hash, epoch),
    type,
    value,
    intDiv(min(from_us) OVER (PARTITION BY value_hash, part), gap) AS epoch
FROM
(
    SELECT *, sum(parted) OVER (PARTITION BY value_hash ORDER BY from_us, group_id ROWS UNBOUNDED PRECEDING) AS part
    FROM
    (
        SELECT
            c.value_hash AS value_hash, c.group_id AS group_id, c.type AS type, c.value AS value, r.gap AS gap,
            if(c.first_us > 0, c.first_us, r.begin_us) AS from_us,
            if(c.last_us > 0, c.last_us, r.begin_us) AS to_us,
            from_us - max(to_us) OVER (
                PARTITION BY c.value_hash ORDER BY from_us, c.group_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) > gap
                AND from_us > r.begin_us AS parted
        FROM tick_carriers AS c
        INNER JOIN reused AS r ON c.value_hash = r.value_hash
    )
)
