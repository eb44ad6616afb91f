WITH
-- include: common
SELECT
    CAST([(tuple(resource),
            [((scope_name, scope_version, scope_attributes, scope_dropped),
                [(metric, description, unit, (groupArray(point)DATA))],
                scope_url)],
            resource_url)],
        'Array(Tuple(resource Tuple(attributes PAIRS), scope_metrics Array(Tuple(
            scope Tuple(name String, version String, attributes PAIRS, dropped_attributes_count UInt32),
            metrics Array(Tuple(name String, description String, unit String,
                KIND Tuple(points Array(Tuple(
                    start_time_unix_nano UInt64, time_unix_nano UInt64, flags UInt32, attributes PAIRS,
                    POINT_TYPE))DATA_TYPE))),
            schema_url String)), schema_url String))')
        AS resource_metrics
FROM
(
    SELECT
        rowNumberInAllBlocks() AS number,
        resource_of(ResourceAttributes, ServiceName) AS resource,
        toValidUTF8(ResourceSchemaUrl) AS resource_url,
        toValidUTF8(ScopeName) AS scope_name,
        toValidUTF8(ScopeVersion) AS scope_version,
        pairs(ScopeAttributes) AS scope_attributes,
        ScopeDroppedAttrCount AS scope_dropped,
        toValidUTF8(ScopeSchemaUrl) AS scope_url,
        toValidUTF8(MetricName) AS metric,
        toValidUTF8(MetricDescription) AS description,
        toValidUTF8(MetricUnit) AS unit,
        (
            ns_of(StartTimeUnix),
            ns_of(TimeUnix),
            Flags,
            pairs(Attributes),
            POINT_VALUES
        ) AS point,
        *
    FROM file({path:String}, 'Native')
)
GROUP BY resource, resource_url, scope_name, scope_version, scope_attributes, scope_dropped, scope_url,
    metric, description, unitDATA
ORDER BY min(number)
