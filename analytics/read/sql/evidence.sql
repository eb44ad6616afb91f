SELECT
    kind, at, end_at, trace_id, span_id, parent_span_id, system, category, service, name, span_kind, milestone, outcome,
    is_error, status_message, duration_ns, source, event_id
FROM transaction_observations
WHERE transaction_id = {id:String} AND kind = {kind:String}
ORDER BY at, span_id, event_id
LIMIT {rows:UInt32}
