SELECT name, total_rows
FROM system.tables
WHERE database = currentDatabase()
    AND (startsWith(name, 'tick_') OR name IN ('quarantined_values', 'transaction_children'))
