-- One hour: spans of the transactions that started in it and completed in time, at most so many of a flow.
INSERT INTO step_durations
WITH
    sampled AS
    (
        SELECT transaction_id, flow
        FROM transactions FINAL
        WHERE started_hour = {hour:DateTime('UTC')} AND status = 'completed' AND breached = 0 AND flow != ''
        ORDER BY cityHash64(transaction_id)
        LIMIT {transactions:UInt32} BY flow
    ),
    units AS
    (
        SELECT u.unit_id AS unit_id, u.observation_ids AS observation_ids, sampled.flow AS flow
        FROM (SELECT * FROM transaction_units FINAL WHERE transaction_id IN (SELECT transaction_id FROM sampled)) AS u
        INNER JOIN sampled ON sampled.transaction_id = u.transaction_id
    ),
    s AS
    (
        SELECT units.flow AS flow, o.system AS system, o.name AS operation, o.span_kind AS span_kind, o.trace_id AS trace_id,
            o.span_id AS span_id, o.parent_span_id AS parent_span_id, o.peer_system AS peer_system, o.links AS links,
            toUnixTimestamp64Micro(o.at) AS start_us, greatest(start_us, toUnixTimestamp64Micro(o.end_at)) AS end_us
        FROM
        (
            SELECT *, links
            FROM observations
            WHERE unit_id IN (SELECT unit_id FROM units) AND kind = 'span'
            ORDER BY unit_id, observation_id, end_at DESC, content_hash DESC
            LIMIT 1 BY unit_id, observation_id
        ) AS o
        INNER JOIN units ON units.unit_id = o.unit_id
        WHERE empty(units.observation_ids) OR has(units.observation_ids, o.observation_id)
    ),
    below AS
    (
        SELECT flow, trace_id, parent_span_id AS span_id, sum(end_us - start_us) AS spent_us
        FROM s
        WHERE span_kind != 5
        GROUP BY flow, trace_id, span_id
    ),
    took AS
    (
        SELECT s.flow AS flow, s.system AS system, s.operation AS operation, 'work' AS kind,
            greatest(0, s.end_us - s.start_us - below.spent_us) / 1e3 AS ms
        FROM s LEFT JOIN below ON below.flow = s.flow AND below.trace_id = s.trace_id AND below.span_id = s.span_id
        UNION ALL
        SELECT c.flow AS flow, if(p.peer_system = '', p.system, p.peer_system) AS system, c.operation AS operation,
            'queue' AS kind, min(c.start_us - p.end_us) / 1e3 AS ms
        FROM
        (
            SELECT flow, operation, start_us, arrayJoin(arrayPushBack(links, (trace_id, parent_span_id))) AS producer
            FROM s
            WHERE span_kind IN (2, 5)
        ) AS c
        INNER JOIN s AS p ON p.flow = c.flow AND p.trace_id = c.producer.1 AND p.span_id = c.producer.2
        WHERE p.span_kind = 4 AND c.start_us >= p.end_us
        GROUP BY flow, p.trace_id, p.span_id, system, operation
    )
SELECT flow, system, operation, kind, {hour:DateTime('UTC')} AS hour, count() AS runs,
    quantilesTDigestState(0.5, 0.95)(toFloat64(ms)) AS durations_ms, {now:DateTime64(3, 'UTC')} AS learned_at
FROM took
GROUP BY flow, system, operation, kind
UNION ALL
SELECT '' AS flow, '' AS system, '' AS operation, 'work' AS kind, {hour:DateTime('UTC')} AS hour, 0 AS runs,
    quantilesTDigestState(0.5, 0.95)(toFloat64(0)) AS durations_ms, {now:DateTime64(3, 'UTC')} AS learned_at
