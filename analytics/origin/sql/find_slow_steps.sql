-- A step that took far longer by itself, or whose message waited far longer, than the same step of this flow usually
-- does. What it took beyond its normal is what it made the transaction late by: a step that always takes long is
-- normal. Learned hours come from transactions completed in time, so trouble does not raise its own bar.
INSERT INTO origin_findings
WITH
    (d -> multiIf(d < 1e3, concat(toString(round(d)), ' ms'), d < 6e5, concat(toString(round(d / 1e3, 1)), ' s'),
        concat(toString(round(d / 6e4)), ' min'))) AS said,
    below AS
    (
        SELECT transaction_id, above AS self, sum(end_us - start_us) AS spent_us
        FROM origin_evidence
        WHERE kind = 'span' AND above != 0 AND span_kind != 5
        GROUP BY transaction_id, self
    ),
    took AS
    (
        SELECT e.transaction_id AS transaction_id, e.status AS status, e.until_us - e.started_us AS elapsed_us,
            'work' AS kind, toString(e.system) AS step_system, toString(e.name) AS operation,
            if(e.span_kind IN (3, 4) AND e.peer_system != '', toString(e.peer_system), toString(e.system)) AS origin_system,
            if(e.span_kind IN (3, 4) AND e.peer_system != '', toString(e.peer_category), toString(e.category)) AS category,
            greatest(0, e.end_us - e.start_us - b.spent_us) / 1e3 AS ms, e.trace_id AS trace_id, e.span_id AS span_id
        FROM origin_evidence AS e
        LEFT JOIN below AS b ON b.transaction_id = e.transaction_id AND b.self = e.self
        WHERE e.kind = 'span' AND e.status != 'failed'
        UNION ALL
        SELECT c.transaction_id AS transaction_id, p.status AS status, p.until_us - p.started_us AS elapsed_us,
            'queue' AS kind, if(p.peer_system = '', toString(p.system), toString(p.peer_system)) AS step_system,
            toString(c.name) AS operation, step_system AS origin_system,
            if(p.peer_system = '', 'queue', toString(p.peer_category)) AS category,
            (c.start_us - p.end_us) / 1e3 AS ms, c.trace_id AS trace_id, c.span_id AS span_id
        FROM
        (
            SELECT transaction_id, name, start_us, trace_id, span_id, self, arrayJoin(arrayPushBack(linked, above)) AS producer
            FROM origin_evidence
            WHERE kind = 'span' AND span_kind IN (2, 5)
        ) AS c
        INNER JOIN origin_evidence AS p ON p.transaction_id = c.transaction_id AND p.self = c.producer
        WHERE p.kind = 'span' AND p.span_kind = 4 AND p.status != 'failed' AND c.start_us >= p.end_us
        ORDER BY c.start_us, c.self
        LIMIT 1 BY transaction_id, p.self
    ),
    normal AS
    (
        SELECT flow, system, operation, toString(kind) AS kind, sum(runs) AS known_runs,
            quantilesTDigestMerge(0.5, 0.95)(durations_ms) AS usual, uniqExact(toDate(hour)) AS days
        FROM step_durations FINAL
        WHERE hour >= {since:DateTime('UTC')} AND hour < {until:DateTime('UTC')}
            AND (system, operation) IN (SELECT step_system, operation FROM took)
        GROUP BY flow, system, operation, kind
        HAVING known_runs >= {enough_runs:UInt32}
    )
SELECT
    took.transaction_id AS transaction_id,
    took.category AS category,
    took.origin_system AS system,
    if(took.status = 'completed_late', 91 + 8 * share, 46 + 8 * share) AS weight,
    0.6 + 0.35 * share AS confidence,
    toJSONString(map(
        'kind', 'span', 'system', took.origin_system, 'trace_id', took.trace_id, 'span_id', took.span_id,
        'name', took.operation,
        'why', concat(if(took.kind = 'queue', 'waited ', 'took '), said(took.ms),
            ', normally p95 ', said(normal.usual[2]),
            ' over ', toString(normal.known_runs), ' runs in ', toString(normal.days), if(normal.days = 1, ' day', ' days')))) AS evidence
FROM took
INNER JOIN (SELECT transaction_id, flow FROM work_transactions) AS t ON t.transaction_id = took.transaction_id
INNER JOIN normal ON normal.flow = t.flow AND normal.system = took.step_system
    AND normal.operation = took.operation AND normal.kind = took.kind
WHERE took.ms > {factor:Float64} * normal.usual[2]
    AND (least(1, 1e3 * (took.ms - normal.usual[1]) / greatest(1, took.elapsed_us)) AS share) > 0.05
ORDER BY weight DESC, evidence
LIMIT 3 BY transaction_id
