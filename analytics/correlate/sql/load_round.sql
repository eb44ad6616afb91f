INSERT INTO tick_loaded
SELECT *
FROM observations
WHERE unit_id IN (SELECT unit_id FROM tick_units WHERE round = {round:UInt16})
