-- Whether a value that is followed is carried by more groups than any type allows.
SELECT count() > 0 AS suspicious
FROM
(
    SELECT value_hash
    FROM tick_carriers
    GROUP BY value_hash
    HAVING count() > {least:UInt32}
    LIMIT 1
)
