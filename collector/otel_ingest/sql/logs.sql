WITH
-- include: common
SELECT
    CAST([(tuple(resource), [((scope_name, scope_version, scope_attributes), groupArray(record), scope_url)],
            resource_url)],
        'Array(Tuple(resource Tuple(attributes PAIRS), scope_logs Array(Tuple(
            scope Tuple(name String, version String, attributes PAIRS),
            log_records Array(Tuple(
                time_unix_nano UInt64, severity_number UInt32, severity_text String,
                body Tuple(string_value String), attributes PAIRS, flags UInt32, trace_id String, span_id String,
                event_name String)),
            schema_url String)), schema_url String))')
        AS resource_logs
FROM
(
    SELECT
        rowNumberInAllBlocks() AS number,
        resource_of(ResourceAttributes, ServiceName) AS resource,
        toValidUTF8(ResourceSchemaUrl) AS resource_url,
        toValidUTF8(ScopeName) AS scope_name,
        toValidUTF8(ScopeVersion) AS scope_version,
        pairs(ScopeAttributes) AS scope_attributes,
        toValidUTF8(ScopeSchemaUrl) AS scope_url,
        (
            ns_of(Timestamp),
            SeverityNumber,
            toValidUTF8(SeverityText),
            tuple(toValidUTF8(Body)),
            pairs(LogAttributes),
            TraceFlags,
            trace_id_of(TraceId),
            span_id_of(SpanId),
            toValidUTF8(EventName)
        ) AS record
    FROM file({path:String}, 'Native')
)
GROUP BY resource, resource_url, scope_name, scope_version, scope_attributes, scope_url
ORDER BY min(number)
