SELECT 1 AS found FROM unit_transactions WHERE unit_id IN (SELECT unit_id FROM tick_units) LIMIT 1
