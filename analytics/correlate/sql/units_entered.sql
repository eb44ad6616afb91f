SELECT 1 AS found FROM identifier_units WHERE identity_hash = 0 AND unit_id = 0 LIMIT 1
