-- Log records under the column names of the OpenTelemetry Collector's ClickHouse exporter. A record outside any trace has
-- zeros for its ids: the index on the hexadecimal id serves plain equality only.
CREATE VIEW otel_logs AS
SELECT
    time AS Timestamp,
    lower(hex(trace_id)) AS TraceId,
    lower(hex(span_id)) AS SpanId,
    toUInt8(flags) AS TraceFlags,
    severity_text AS SeverityText,
    severity_number AS SeverityNumber,
    service AS ServiceName,
    body AS Body,
    resource_schema_url AS ResourceSchemaUrl,
    resource_attributes AS ResourceAttributes,
    scope_schema_url AS ScopeSchemaUrl,
    scope_name AS ScopeName,
    scope_version AS ScopeVersion,
    scope_attributes AS ScopeAttributes,
    attributes AS LogAttributes,
    event_name AS EventName
FROM logs
