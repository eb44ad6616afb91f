-- The observations of units, by primary key, every kind in one statement; copies, order and parts are sorted out in
-- `analytics.read.observed`, which costs less than planning it here.
SELECT
    unit_id, observation_id, content_hash, kind, toUnixTimestamp64Nano(at) AS at_ns, toUnixTimestamp64Nano(end_at) AS end_ns,
    trace_id, span_id, parent_span_id, system, category, service, name, span_kind, milestone, outcome, is_error,
    severity_number, details
FROM observations
PREWHERE unit_id IN {units:Array(UInt64)}
LIMIT {rows:UInt32}
