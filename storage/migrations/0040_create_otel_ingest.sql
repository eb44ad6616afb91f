-- Where a stock OpenTelemetry Collector may write, with the columns of its ClickHouse exporter. `collector.otel_ingest`
-- takes the rows from there; nothing reads them there. One for all databases of Wayline on a server.
CREATE DATABASE IF NOT EXISTS otel_ingest
