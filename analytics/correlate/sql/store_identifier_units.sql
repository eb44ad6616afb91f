INSERT INTO identifier_units
SELECT value_hash, unit_id, min(at), max(end_at)
FROM
(
    SELECT arrayJoin(arrayConcat(identity_hashes, hop_hashes, linked_units)) AS value_hash, unit_id, at, end_at
    FROM tick_new
)
GROUP BY value_hash, unit_id
