-- Plain columns: each expression here would be planned longer than it takes to compute (`analytics.read.points`).
SELECT
    started_hour, transaction_id, flow, tier, status, revision, started_at, ended_at, last_at, duration_ms, parent_id,
    identifiers, milestones, current_milestone, next_milestone, next_due_at, failed_milestone, missing_milestone, systems,
    origin_category, origin_system, origin_confidence, origin_evidence,
    deadline_at, breached, breached_at, judged, late_by_ms,
    work_ms, queue_ms, retry_ms, unexplained_ms, child_total, child_completed, child_failed, untimely, joins,
    version, deleted
FROM transactions
PREWHERE started_hour IN {hours:Array(DateTime('UTC'))} AND transaction_id IN {ids:Array(FixedString(32))}
