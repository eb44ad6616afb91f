-- A step that ended without the line that nearly all of its runs log, in a transaction whose logs arrive: what should have
-- happened in it did not. A step that failed, or called one that did, needs no such proof. The latest speaks.
INSERT INTO origin_findings
WITH
    failing AS
    (
        SELECT transaction_id, above AS self FROM origin_evidence WHERE kind = 'span' AND is_error = 1 AND above != 0
        UNION DISTINCT
        SELECT transaction_id, self FROM origin_evidence WHERE kind = 'span' AND is_error = 1
    ),
    ran AS
    (
        SELECT e.*, t.flow AS flow
        FROM origin_evidence AS e
        INNER JOIN (SELECT transaction_id, flow FROM work_transactions) AS t ON t.transaction_id = e.transaction_id
        WHERE e.kind = 'span' AND e.status != 'completed_late'
            AND (e.transaction_id, e.self) NOT IN (SELECT transaction_id, self FROM failing)
            AND (e.transaction_id, e.system) IN (SELECT transaction_id, system FROM origin_evidence WHERE kind = 'log')
    ),
    usual AS
    (
        SELECT flow, system, operation, template, text, logged, of
        FROM
        (
            SELECT flow, system, operation, template, any(text) AS text, sum(runs) AS logged
            FROM step_templates FINAL
            WHERE hour >= {since:DateTime('UTC')} AND hour < {until:DateTime('UTC')} AND template != 0
                AND (flow, system, operation) IN (SELECT flow, system, name FROM ran)
            GROUP BY flow, system, operation, template
        ) AS l
        INNER JOIN
        (
            SELECT flow, system, operation, sum(runs) AS of
            FROM step_templates FINAL
            WHERE hour >= {since:DateTime('UTC')} AND hour < {until:DateTime('UTC')} AND template = 0
                AND (flow, system, operation) IN (SELECT flow, system, name FROM ran)
            GROUP BY flow, system, operation
        ) AS r ON r.flow = l.flow AND r.system = l.system AND r.operation = l.operation
        WHERE of >= {enough_runs:UInt32} AND logged >= {usual_ratio:Float64} * of
    ),
    said AS
    (
        SELECT transaction_id, self, TEMPLATE AS template
        FROM (SELECT transaction_id, self, message AS body FROM origin_evidence WHERE kind = 'log')
    )
SELECT
    r.transaction_id, r.category, r.system,
    if(r.status = 'failed', 51, 46) + 5 * (r.end_us - r.started_us) / greatest(1, r.until_us - r.started_us) AS weight,
    0.6 AS confidence,
    toJSONString(map(
        'kind', 'vanished_log', 'system', toString(r.system), 'trace_id', r.trace_id, 'span_id', r.span_id,
        'name', toString(r.name), 'template', u.text,
        'why', concat('ended without the line that ', toString(u.logged), ' of ', toString(u.of), ' runs log: ', u.text))) AS evidence
FROM ran AS r
INNER JOIN usual AS u ON u.flow = r.flow AND u.system = r.system AND u.operation = r.name
WHERE (r.transaction_id, r.self, u.template) NOT IN (SELECT transaction_id, self, template FROM said)
ORDER BY weight DESC, evidence
LIMIT 1 BY transaction_id
