-- Attributes live only in the raw table. Copies of one span: the one that ends latest.
SELECT
    lower(hex(trace_id)) AS trace,
    lower(hex(span_id)) AS span,
    status_code,
    attributes,
    resource_attributes,
    arrayZip(`events.time`, `events.name`, `events.attributes`) AS span_events,
    arrayMap((t, s) -> (lower(hex(t)), lower(hex(s))), `links.trace_id`, `links.span_id`) AS links
FROM spans
WHERE trace_id IN (SELECT toFixedString(unhex(arrayJoin({traces:Array(String)})), 16))
    AND time >= {since:DateTime64(9, 'UTC')} AND time <= {until:DateTime64(9, 'UTC')}
ORDER BY time + toIntervalNanosecond(duration_ns) DESC
LIMIT 1 BY trace_id, span_id
