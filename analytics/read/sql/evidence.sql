-- The observations of units that are one transaction's, by primary key; every kind of evidence in one statement, cut to the same number each.
SELECT
    toString(kind) AS kind, at, end_at,
    if(reinterpretAsUInt128(trace_id) = 0, '', lower(hex(trace_id))) AS trace_id,
    if(reinterpretAsUInt64(span_id) = 0, '', lower(hex(span_id))) AS span_id,
    if(reinterpretAsUInt64(parent_span_id) = 0, '', lower(hex(parent_span_id))) AS parent_span_id,
    system, category, service, name, span_kind, milestone, outcome, is_error, status_message,
    toUInt64(greatest(0, toUnixTimestamp64Nano(end_at) - toUnixTimestamp64Nano(at))) AS duration_ns,
    severity_number, body, source, event_id
FROM
(
    SELECT *
    FROM observations
    WHERE unit_id IN {units:Array(UInt64)}
    ORDER BY unit_id, observation_id, end_at DESC, content_hash DESC
    LIMIT 1 BY unit_id, observation_id
)
ORDER BY at, span_id, event_id
LIMIT {rows:UInt32} BY kind
