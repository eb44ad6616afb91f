-- A parent is as its children are, by the rule of its flow: child_ratio is the share of them that has to complete (a
-- hundred-millionth of a child is none: products of decimal shares are not exact).
INSERT INTO tick_standing
SELECT
    parent_id, total, completed, failed, children_ended_us, state,
    multiIf(state LIKE 'completed%', greatest(ended_us, children_ended_us), state = status, ended_us, 0) AS end_us,
    -- what failed by its children started where they say, whatever else it is in trouble with
    multiIf(
        state = 'failed' AND status != 'failed' AND children_origin.1 != '', children_origin,
        own.1 != '', own,
        failed > 0, children_origin,
        ('', '', toFloat32(0), '')) AS origin
FROM
(
    SELECT
        c.parent_id AS parent_id, c.total AS total, c.completed AS completed, c.failed AS failed,
        c.ended_us AS children_ended_us, c.origin AS children_origin,
        t.status AS status, t.ended_us AS ended_us, (o.category, o.system, o.confidence, o.evidence) AS own,
        multiIf(
            t.status = 'failed', t.status,
            c.failed > c.total * (1 - w.child_ratio) + 1e-8, 'failed',
            c.completed < c.total * w.child_ratio - 1e-8 AND t.status LIKE 'completed%', 'in_progress',
            c.completed >= c.total * w.child_ratio - 1e-8 AND t.flow = '', 'completed',
            t.status) AS state
    FROM tick_children AS c
    INNER JOIN tick_transactions AS t ON toString(t.transaction_id) = c.parent_id
    INNER JOIN (SELECT flow, child_ratio FROM tick_flows) AS w ON w.flow = t.flow
    ANY LEFT JOIN work_origins AS o ON o.transaction_id = c.parent_id
)
