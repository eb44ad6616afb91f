-- A parent is as its children are, by the rule of its flow: child_ratio is the share of them that has to complete (a
-- hundred-millionth of a child is none: products of decimal shares are not exact). Its deadline counts until the last of
-- them has ended, and while they hold it open, whatever its own milestones say.
INSERT INTO tick_standing
SELECT
    parent_id, total, completed, failed, children_ended_us, state, end_us,
    if(state = status, own_breached, timed AND if(end_us > 0, end_us > deadline_us, over AND state != 'unknown')) AS late,
    if(state = status, own_judged, timed AND (end_us > 0 OR (over AND state != 'unknown'))) AS known,
    if(state != status AND timed AND end_us = 0 AND NOT over, deadline_us + delay_us, 0) AS next_judge_us,
    -- what failed or is stuck by its children started where they say, whatever else it is in trouble with
    multiIf(
        state IN ('failed', 'stuck') AND status != state AND children_origin.1 != '', children_origin,
        own.1 != '', own,
        failed > 0, children_origin,
        ('', '', toFloat32(0), '')) AS origin
FROM
(
    SELECT
        *,
        multiIf(
            status = 'failed', status,
            failed > total * (1 - child_ratio) + 1e-8, 'failed',
            status NOT LIKE 'completed%', status,
            NOT done AND over, if(unknown > 0, 'unknown', 'stuck'),
            NOT done, 'in_progress',
            timed AND last_end_us > deadline_us, 'completed_late',
            status) AS state,
        multiIf(state LIKE 'completed%', last_end_us, state = status, ended_us, 0) AS end_us
    FROM
    (
        SELECT
            c.parent_id AS parent_id, c.total AS total, c.completed AS completed, c.failed AS failed,
            c.unknown AS unknown, c.ended_us AS children_ended_us, c.origin AS children_origin,
            t.flow AS flow, t.status AS status, t.ended_us AS ended_us, t.deadline_us AS deadline_us,
            t.breached AS own_breached, t.judged AS own_judged,
            w.child_ratio AS child_ratio, w.delay_us AS delay_us,
            (o.category, o.system, o.confidence, o.evidence) AS own,
            greatest(t.ended_us, c.ended_us) AS last_end_us,
            c.completed >= c.total * w.child_ratio - 1e-8 AS done,
            t.deadline_us > 0 AND NOT t.untimely AS timed,
            timed AND {now_us:Int64} >= t.deadline_us + w.delay_us AS over
        FROM tick_children AS c
        INNER JOIN tick_transactions AS t ON toString(t.transaction_id) = c.parent_id
        INNER JOIN (SELECT flow, child_ratio, delay_us FROM tick_flows) AS w ON w.flow = t.flow
        ANY LEFT JOIN work_origins AS o ON o.transaction_id = c.parent_id
    )
)
