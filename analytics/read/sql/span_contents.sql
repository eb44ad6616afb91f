-- Attributes live only in the raw table, found by its key: five minutes, service, time; one of times stands for each five
-- minutes.
SELECT
    trace_id, span_id, toUnixTimestamp64Nano(time) + duration_ns AS end_ns, status_code, attributes, resource_attributes,
    `events.time`, `events.name`, `events.attributes`, `links.trace_id`, `links.span_id`
FROM spans
WHERE has(arrayMap(t -> toStartOfFiveMinutes(t), {times:Array(DateTime64(9, 'UTC'))}), toStartOfFiveMinutes(time))
    AND service IN {services:Array(String)}
    AND time >= {since:DateTime64(9, 'UTC')} AND time <= {until:DateTime64(9, 'UTC')}
    AND has(arrayMap(t -> toFixedString(unhex(t), 16), {traces:Array(String)}), trace_id)
