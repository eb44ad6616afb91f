-- The units that share a value with, or are linked to or from, those found in the last round.
INSERT INTO tick_units
SELECT DISTINCT unit_id, {round:UInt16} + 1
FROM
(
    SELECT unit_id
    FROM identifier_units
    WHERE identity_hash IN
    (
        SELECT arrayJoin(arrayConcat(
            identity_hashes, hop_hashes,
            if(parent_value = '', [], [sipHash64(parent_type, parent_value)]))) AS value_hash
        FROM tick_loaded
        WHERE unit_id IN (SELECT unit_id FROM tick_units WHERE round = {round:UInt16})
        UNION ALL
        SELECT unit_id FROM tick_units WHERE round = {round:UInt16}
    )
    AND identity_hash NOT IN (SELECT identity_hash FROM tick_excluded)
    UNION ALL
    SELECT arrayJoin(linked_units)
    FROM tick_loaded
    WHERE unit_id IN (SELECT unit_id FROM tick_units WHERE round = {round:UInt16})
)
WHERE unit_id NOT IN (SELECT unit_id FROM tick_units)
