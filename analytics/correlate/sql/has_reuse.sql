SELECT count() > 0 AS reused
FROM
(
    SELECT minIf(first_us, first_us > 0) AS begin_us, max(last_us) AS finish_us, max(gap_us) AS gap
    FROM tick_carriers
    GROUP BY value_hash
    HAVING finish_us - begin_us > gap
    LIMIT 1
)
