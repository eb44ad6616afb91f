-- The same of the units that one round found.
SELECT
    unit_id, observation_id, identity_hashes, hop_hashes, linked_units,
    if(parent_value = '', 0, sipHash64(parent_type, parent_value)) AS parent_hash, kind != 'span' AS has_event_id
FROM tick_loaded
WHERE unit_id IN (SELECT unit_id FROM tick_units WHERE round = {round:UInt16})
