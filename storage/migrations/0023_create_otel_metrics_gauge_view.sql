-- Points of gauge metrics under the column names of the OpenTelemetry Collector's ClickHouse exporter.
CREATE VIEW otel_metrics_gauge AS
SELECT
    resource_attributes AS ResourceAttributes,
    resource_schema_url AS ResourceSchemaUrl,
    scope_name AS ScopeName,
    scope_version AS ScopeVersion,
    scope_attributes AS ScopeAttributes,
    scope_dropped_attributes_count AS ScopeDroppedAttrCount,
    scope_schema_url AS ScopeSchemaUrl,
    service AS ServiceName,
    metric AS MetricName,
    description AS MetricDescription,
    unit AS MetricUnit,
    attributes AS Attributes,
    start_time AS StartTimeUnix,
    time AS TimeUnix,
    value AS Value,
    flags AS Flags,
    `exemplars.attributes` AS `Exemplars.FilteredAttributes`,
    `exemplars.time` AS `Exemplars.TimeUnix`,
    `exemplars.value` AS `Exemplars.Value`,
    arrayMap(id -> lower(hex(id)), `exemplars.span_id`) AS `Exemplars.SpanId`,
    arrayMap(id -> lower(hex(id)), `exemplars.trace_id`) AS `Exemplars.TraceId`
FROM metric_points_gauge
