INSERT INTO tick_loaded
SELECT * FROM tick_new
UNION ALL
SELECT * FROM observations WHERE unit_id IN (SELECT unit_id FROM tick_units)
