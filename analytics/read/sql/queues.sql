-- A message is waiting when its producer span has no consumer: no child span elsewhere and no span linking to it.
-- Of many spans one trace in one_in is looked at, with the spans of other traces that link to it.
WITH
    s AS
    (
        SELECT
            trace_id, span_id, parent_span_id, kind AS span_kind, time AS at,
            time + toIntervalNanosecond(duration_ns) AS end_at, status_code = 2 AS is_error,
            transform(toString(service), {services:Array(String)}, {systems:Array(String)}, toString(service)) AS system,
            if(kind = 4,
                transform(
                    coalesce(
                        nullIf(attributes['peer.service'], ''), nullIf(attributes['server.address'], ''),
                        nullIf(attributes['messaging.destination.name'], ''), attributes['messaging.system']) AS peer,
                    {services:Array(String)}, {systems:Array(String)}, peer),
                '') AS peer_system,
            arrayZip(`links.trace_id`, `links.span_id`) AS links
        FROM spans
        WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')})
            AND toStartOfFiveMinutes(time) <= toStartOfFiveMinutes({until:DateTime64(9, 'UTC')})
            AND time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
            AND (kind IN (2, 4, 5) OR notEmpty(`links.trace_id`))
            AND ({one_in:UInt32} = 1 OR cityHash64(trace_id) % {one_in:UInt32} = 0
                OR arrayExists(t -> cityHash64(t) % {one_in:UInt32} = 0, `links.trace_id`))
        LIMIT 1 BY trace_id, span_id
    ),
    consumers AS
    (
        SELECT taken.1 AS trace, taken.2 AS span, min(at) AS consumed_at
        FROM
        (
            SELECT
                at,
                arrayJoin(arrayConcat(links, if(span_kind IN (2, 5), [(trace_id, parent_span_id)], []))) AS taken
            FROM s
        )
        GROUP BY trace, span
    )
SELECT
    queue,
    count() * {one_in:UInt32} AS produced,
    countIf(consumed_at IS NOT NULL) * {one_in:UInt32} AS consumed,
    countIf(consumed_at IS NULL AND is_error = 0) * {one_in:UInt32} AS waiting,
    minIf(end_at, consumed_at IS NULL AND is_error = 0) AS oldest_at,
    quantilesIf(0.5, 0.95)(greatest(dateDiff('microsecond', end_at, assumeNotNull(consumed_at)), 0) / 1e3,
        consumed_at IS NOT NULL) AS wait_quantiles_ms,
    max(at) AS last_at
FROM
(
    SELECT if(p.peer_system != '', p.peer_system, concat(p.system, ' (unnamed)')) AS queue,
        p.at AS at, p.end_at AS end_at, p.is_error AS is_error,
        if(c.span != p.span_id, NULL, c.consumed_at) AS consumed_at
    FROM (
        SELECT * FROM s
        WHERE span_kind = 4 AND ({one_in:UInt32} = 1 OR cityHash64(trace_id) % {one_in:UInt32} = 0)
    ) AS p
    LEFT JOIN consumers AS c ON c.trace = p.trace_id AND c.span = p.span_id
)
GROUP BY queue
ORDER BY waiting DESC, queue
