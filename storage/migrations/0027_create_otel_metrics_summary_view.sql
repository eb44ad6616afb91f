-- Points of summary metrics under the column names of the OpenTelemetry Collector's ClickHouse exporter.
CREATE VIEW otel_metrics_summary AS
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
    count AS Count,
    sum AS Sum,
    `quantiles.quantile` AS `ValueAtQuantiles.Quantile`,
    `quantiles.value` AS `ValueAtQuantiles.Value`,
    flags AS Flags
FROM metric_points_summary
