INSERT INTO tick_batch_observations
SELECT *
FROM tick_observations
WHERE unit_id IN (SELECT unit_id FROM tick_batches)
    OR hasAny(linked_units, (SELECT groupArray(unit_id) FROM tick_batches))
