-- Which units carry a value, or link to a unit.
SELECT DISTINCT identity_hash, unit_id
FROM identifier_units
WHERE identity_hash IN (SELECT value FROM tick_values)
