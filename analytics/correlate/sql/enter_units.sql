-- What is stored is found under its unit's number; in the order of the table, so that units are not held in memory.
INSERT INTO identifier_units (identity_hash, unit_id, version)
SELECT unit_id, unit_id, 0
FROM (SELECT unit_id FROM observations GROUP BY unit_id SETTINGS optimize_aggregation_in_order = 1)
