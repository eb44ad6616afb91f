-- Whether a value is carried by more units than any type allows.
SELECT count() > 0 AS suspected
FROM
(
    SELECT identity_hash
    FROM identifier_units
    WHERE identity_hash IN (SELECT arrayJoin(identity_hashes) FROM tick_loaded)
    GROUP BY identity_hash
    HAVING count() > {least:UInt32} AND uniqExact(unit_id) > {least:UInt32}
    LIMIT 1
)
