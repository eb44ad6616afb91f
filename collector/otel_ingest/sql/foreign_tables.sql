-- Tables that something else has made: their parts are merged while they are being taken.
SELECT name
FROM system.tables
WHERE database = 'otel_ingest' AND name IN {tables:Array(String)}
    AND engine_full NOT LIKE '%max_bytes_to_merge_at_max_space_in_pool = 1,%'
