-- Who called whom in some traces: span, span above it, system.
SELECT lower(hex(trace_id)) AS trace, lower(hex(span_id)) AS span, lower(hex(parent_span_id)) AS above,
    transform(toString(service), {services:Array(String)}, {systems:Array(String)}, toString(service)) AS system
FROM spans
WHERE trace_id IN (SELECT toFixedString(unhex(arrayJoin({sampled:Array(String)})), 16))
    AND toStartOfFiveMinutes(time) >= toStartOfFiveMinutes(least({since:DateTime64(9, 'UTC')}, {baseline_since:DateTime64(9, 'UTC')}))
    AND toStartOfFiveMinutes(time) <= toStartOfFiveMinutes(greatest({until:DateTime64(9, 'UTC')}, {baseline_until:DateTime64(9, 'UTC')}) + INTERVAL 1 MINUTE)
    AND time >= least({since:DateTime64(9, 'UTC')}, {baseline_since:DateTime64(9, 'UTC')})
    AND time < greatest({until:DateTime64(9, 'UTC')}, {baseline_until:DateTime64(9, 'UTC')}) + INTERVAL 1 MINUTE
LIMIT 1 BY trace_id, span_id
LIMIT 1000000
