-- One hour: what the spans of transactions that started in it and completed in time logged, at most so many of a flow,
-- and of each step only what most of its runs log.
INSERT INTO step_templates
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
    o AS
    (
        SELECT DISTINCT units.flow AS flow, s.kind AS kind, s.system AS system, s.name AS name, s.trace_id AS trace_id,
            s.span_id AS span_id, s.body AS body
        FROM
        (
            SELECT *, body FROM observations
            WHERE unit_id IN (SELECT unit_id FROM units) AND kind IN ('span', 'log') AND span_id != toFixedString('', 8)
        ) AS s
        INNER JOIN units ON units.unit_id = s.unit_id
        WHERE empty(units.observation_ids) OR has(units.observation_ids, s.observation_id)
    ),
    runs AS
    (
        SELECT flow, system, name AS operation, trace_id, span_id FROM o WHERE kind = 'span'
    ),
    said AS
    (
        SELECT DISTINCT runs.flow AS flow, runs.system AS system, runs.operation AS operation, runs.trace_id AS trace_id,
            runs.span_id AS span_id, TEMPLATE AS template, TEXT AS text
        FROM (SELECT flow, trace_id, span_id, body FROM o WHERE kind = 'log') AS l
        INNER JOIN runs ON runs.flow = l.flow AND runs.trace_id = l.trace_id AND runs.span_id = l.span_id
    )
SELECT flow, system, operation, template, {hour:DateTime('UTC')} AS hour, any(text) AS text, uniqExact(trace_id, span_id) AS runs,
    {now:DateTime64(3, 'UTC')} AS learned_at
FROM said
GROUP BY flow, system, operation, template
UNION ALL
SELECT flow, system, operation, 0 AS template, {hour:DateTime('UTC')} AS hour, '' AS text, uniqExact(trace_id, span_id) AS runs,
    {now:DateTime64(3, 'UTC')} AS learned_at
FROM runs
WHERE (flow, system, operation) IN (SELECT flow, system, operation FROM said)
GROUP BY flow, system, operation
