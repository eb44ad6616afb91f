INSERT INTO tick_loaded
SELECT *
FROM observations
WHERE unit_id IN (SELECT unit_id FROM tick_units) AND unit_id NOT IN (SELECT unit_id FROM tick_loaded)
