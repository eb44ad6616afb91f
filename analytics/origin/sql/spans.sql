-- Spans cut to the time from the start of their transaction to its end. One that claims to begin before it has an absurd
-- time, and how long it took is not known.
INSERT INTO origin_spans
WITH toUnixTimestamp64Micro(o.at) < from_us AS absurd
SELECT
    o.transaction_id AS transaction_id,
    if(absurd, from_us, least(toUnixTimestamp64Micro(o.at), until_us)) AS start_us,
    if(absurd, from_us, least(greatest(start_us, toUnixTimestamp64Micro(o.end_at)), until_us)) AS end_us,
    cityHash64(o.trace_id, o.span_id) AS self,
    if(o.parent_span_id = '', 0, cityHash64(o.trace_id, o.parent_span_id)) AS above,
    arrayMap(l -> cityHash64(l.1, l.2), o.links) AS linked,
    cityHash64(o.system, o.name, o.span_kind) AS step,
    o.span_kind,
    o.is_error
FROM work_observations AS o
INNER JOIN
(
    SELECT
        transaction_id, toUnixTimestamp64Micro(started_at) AS from_us,
        toUnixTimestamp64Micro(ifNull(ended_at, last_at)) AS until_us
    FROM work_transactions
) AS t ON t.transaction_id = o.transaction_id
WHERE o.kind = 'span'
