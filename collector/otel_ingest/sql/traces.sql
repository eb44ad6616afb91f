WITH
-- include: common
SELECT
    CAST([(tuple(resource), [((scope_name, scope_version), groupArray(span))])],
        'Array(Tuple(resource Tuple(attributes PAIRS), scope_spans Array(Tuple(
            scope Tuple(name String, version String),
            spans Array(Tuple(
                trace_id String, span_id String, parent_span_id String, trace_state String, name String, kind UInt32,
                start_time_unix_nano UInt64, end_time_unix_nano UInt64, attributes PAIRS,
                status Tuple(code UInt32, message String),
                events Array(Tuple(time_unix_nano UInt64, name String, attributes PAIRS)),
                links Array(Tuple(trace_id String, span_id String, trace_state String, attributes PAIRS))))))))')
        AS resource_spans
FROM
(
    SELECT
        rowNumberInAllBlocks() AS number,
        resource_of(ResourceAttributes, ServiceName) AS resource,
        toValidUTF8(ScopeName) AS scope_name,
        toValidUTF8(ScopeVersion) AS scope_version,
        (
            trace_id_of(TraceId),
            span_id_of(SpanId),
            span_id_of(ParentSpanId),
            toValidUTF8(TraceState),
            toValidUTF8(SpanName),
            -- Older exporters write SPAN_KIND_SERVER and STATUS_CODE_OK.
            transform(lower(replaceOne(toString(SpanKind), 'SPAN_KIND_', '')),
                ['internal', 'server', 'client', 'producer', 'consumer'], [1, 2, 3, 4, 5], 0),
            ns_of(Timestamp),
            ns_of(Timestamp) + Duration,
            pairs(SpanAttributes),
            (
                transform(lower(replaceOne(toString(StatusCode), 'STATUS_CODE_', '')), ['ok', 'error'], [1, 2], 0),
                toValidUTF8(StatusMessage)
            ),
            arrayMap((time, name, attributes) -> (ns_of(time), toValidUTF8(name), pairs(attributes)),
                `Events.Timestamp`, `Events.Name`, `Events.Attributes`),
            arrayMap((trace, span, state, attributes) ->
                    (trace_id_of(trace), span_id_of(span), toValidUTF8(state), pairs(attributes)),
                `Links.TraceId`, `Links.SpanId`, `Links.TraceState`, `Links.Attributes`)
        ) AS span
    FROM file({path:String}, 'Native')
)
GROUP BY resource, scope_name, scope_version
ORDER BY min(number)
