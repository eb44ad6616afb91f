-- From raw spans, which are sorted by time. A span that was sent twice counts once.
WITH
    s AS
    (
        SELECT
            trace_id, span_id, parent_span_id, kind AS span_kind, time AS at,
            time + toIntervalNanosecond(duration_ns) AS end_at, duration_ns, status_code = 2 AS is_error,
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
        WHERE time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
        LIMIT 1 BY trace_id, span_id
    ),
    hops AS
    (
        SELECT p.trace_id AS trace_id, p.span_id AS span_id, p.system AS source, c.system AS target,
            if(c.span_kind = 5, 'queue', 'call') AS edge_kind, if(p.span_kind = 4, p.peer_system, '') AS via,
            c.is_error AS is_error, c.duration_ns AS duration_ns
        FROM s AS c
        INNER JOIN s AS p ON p.trace_id = c.trace_id AND p.span_id = c.parent_span_id
        WHERE p.system != c.system
        UNION ALL
        SELECT p.trace_id AS trace_id, p.span_id AS span_id, p.system AS source, c.system AS target,
            'queue' AS edge_kind, if(p.span_kind = 4, p.peer_system, '') AS via,
            c.is_error AS is_error, c.duration_ns AS duration_ns
        FROM (SELECT *, arrayJoin(links) AS link FROM s WHERE notEmpty(links)) AS c
        INNER JOIN s AS p ON p.trace_id = c.link.1 AND p.span_id = c.link.2
        WHERE p.system != c.system AND c.parent_span_id != p.span_id
    ),
    silent AS
    (
        SELECT system AS source, peer_system AS target, if(span_kind = 4, 'queue', 'call') AS edge_kind,
            is_error, duration_ns
        FROM s
        WHERE span_kind IN (3, 4) AND peer_system != '' AND peer_system != system
            AND (trace_id, span_id) NOT IN (SELECT trace_id, span_id FROM hops)
    )
SELECT
    source, target, edge_kind, via,
    count() AS calls,
    countIf(is_error = 1) AS errors,
    quantiles(0.5, 0.95)(duration_ns / 1e6) AS quantiles_ms,
    max(observed) AS observed
FROM
(
    SELECT source, target, edge_kind, via, is_error, duration_ns, 1 AS observed FROM hops
    UNION ALL
    SELECT source, target, edge_kind, '' AS via, is_error, duration_ns, 0 AS observed FROM silent
)
GROUP BY source, target, edge_kind, via
ORDER BY calls DESC, source, target, edge_kind, via
