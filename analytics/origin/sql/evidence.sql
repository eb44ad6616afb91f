-- In trouble: failed, stuck, completed late, or open past the deadline. An unknown one is not: its source is blind.
INSERT INTO origin_evidence
SELECT
    o.transaction_id,
    t.status,
    toUnixTimestamp64Micro(t.started_at) AS started_us,
    toUnixTimestamp64Micro(ifNull(t.ended_at, t.last_at)) AS until_us,
    o.kind,
    greatest(started_us, toUnixTimestamp64Micro(o.at)) AS start_us,
    -- what claims to begin before its transaction has an absurd time: how long it took is not known
    if(o.at < t.started_at, started_us, greatest(start_us, toUnixTimestamp64Micro(o.end_at))) AS end_us,
    o.trace_id, o.span_id,
    cityHash64(o.trace_id, o.span_id) AS self,
    if(o.parent_span_id = '', 0, cityHash64(o.trace_id, o.parent_span_id)) AS above,
    arrayMap(l -> cityHash64(l.1, l.2), o.links) AS linked,
    cityHash64(o.system, o.name, o.span_kind) AS step,
    o.system, o.category, o.peer_system, o.peer_category, o.name, o.span_kind, o.milestone, o.outcome, o.is_error,
    multiIf(
        o.kind = 'log', o.body,
        o.exception_type != '', concat(o.exception_type, ': ', o.exception_message),
        o.status_message) AS message,
    o.severity_number, o.source, o.event_id
FROM work_observations AS o
INNER JOIN work_transactions AS t ON t.transaction_id = o.transaction_id
WHERE t.status IN ('failed', 'stuck', 'completed_late') OR (t.breached = 1 AND t.status != 'unknown')
