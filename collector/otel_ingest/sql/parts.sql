-- Parts that wait, oldest first. They are never merged, so a name stands for the same rows until it is dropped.
SELECT table, name, rows, data_uncompressed_bytes AS bytes
FROM system.parts
WHERE database = 'otel_ingest' AND active AND rows > 0 AND table IN {tables:Array(String)}
ORDER BY modification_time, table, min_block_number
LIMIT 1000
