-- What is stored of the units in tick_values.
INSERT INTO tick_loaded
SELECT * FROM observations WHERE unit_id IN (SELECT value FROM tick_values)
