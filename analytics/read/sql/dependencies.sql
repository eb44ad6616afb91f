-- From raw spans, which are sorted by time. A span that was sent twice counts once. Of many spans one trace in one_in is
-- looked at, with the spans of other traces that link to it.
WITH
    s AS
    (
        SELECT
            trace_id, span_id, parent_span_id, kind AS span_kind, duration_ns, status_code = 2 AS is_error,
            transform(toString(service), {services:Array(String)}, {systems:Array(String)}, toString(service)) AS system,
            if(kind IN (3, 4),
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
            AND ({one_in:UInt32} = 1 OR cityHash64(trace_id) % {one_in:UInt32} = 0
                OR arrayExists(t -> cityHash64(t) % {one_in:UInt32} = 0, `links.trace_id`))
        LIMIT 1 BY trace_id, span_id
    ),
    followers AS
    (
        SELECT
            arrayJoin(arrayConcat(
                [(trace_id, parent_span_id, span_kind = 5)],
                arrayMap(l -> (l.1, l.2, 1), arrayFilter(l -> l != (trace_id, parent_span_id), arrayDistinct(links)))))
                AS follows,
            follows.1 AS of_trace, follows.2 AS of_span, if(follows.3, 'queue', 'call') AS edge_kind,
            system, is_error, duration_ns
        FROM s
        WHERE reinterpretAsUInt64(parent_span_id) != 0 OR notEmpty(links)
    )
SELECT
    source,
    edge.1 AS target,
    edge.2 AS edge_kind,
    edge.3 AS via,
    count() * {one_in:UInt32} AS calls,
    countIf(edge.4 = 1) * {one_in:UInt32} AS errors,
    quantiles(0.5, 0.95)(edge.5 / 1e6) AS quantiles_ms,
    max(edge.6) AS observed
FROM
(
    SELECT
        source,
        -- A client or producer whose other side sent nothing stands for it.
        arrayJoin(multiIf(
            notEmpty(taken), taken,
            silent, [(peer_system, if(span_kind = 4, 'queue', 'call'), '', is_error, duration_ns, 0)],
            [])) AS edge
    FROM
    (
        SELECT
            p.system AS source, p.peer_system AS peer_system, p.span_kind AS span_kind,
            p.is_error AS is_error, p.duration_ns AS duration_ns,
            p.span_kind IN (3, 4) AND p.peer_system != '' AND p.peer_system != p.system AS silent,
            groupArrayIf(
                (f.system, f.edge_kind, if(p.span_kind = 4, p.peer_system, ''), f.is_error, f.duration_ns, 1),
                f.system != '' AND f.system != p.system) AS taken
        FROM s AS p
        LEFT JOIN followers AS f ON f.of_trace = p.trace_id AND f.of_span = p.span_id
        WHERE {one_in:UInt32} = 1 OR cityHash64(p.trace_id) % {one_in:UInt32} = 0
        GROUP BY p.trace_id, p.span_id, source, peer_system, span_kind, is_error, duration_ns
    )
)
GROUP BY source, target, edge_kind, via
ORDER BY calls DESC, source, target, edge_kind, via
