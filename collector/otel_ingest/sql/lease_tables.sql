SELECT name FROM system.tables WHERE database = 'otel_ingest' AND name LIKE 'lease\_%'
