INSERT INTO origin_spans
SELECT
    transaction_id,
    toUnixTimestamp64Micro(at) AS start_us,
    greatest(start_us, toUnixTimestamp64Micro(end_at)) AS end_us,
    cityHash64(trace_id, span_id) AS self,
    if(parent_span_id = '', 0, cityHash64(trace_id, parent_span_id)) AS above,
    arrayMap(l -> cityHash64(l.1, l.2), links) AS linked,
    cityHash64(system, name, span_kind) AS step,
    span_kind,
    is_error
FROM work_observations
WHERE kind = 'span'
