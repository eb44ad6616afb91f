SELECT
    transaction_id, flow, tier, status, revision, started_at, ended_at, last_at, duration_ms, parent_id,
    identifiers, milestones, current_milestone, next_milestone, next_due_at, systems,
    origin_category, origin_system, origin_confidence, origin_evidence,
    deadline_at, breached, breached_at, late_by_ms, judged,
    work_ms, queue_ms, retry_ms, unexplained_ms,
    child_total, child_completed, child_failed, updated_at, known_ids
FROM transactions_current
WHERE transaction_id IN {ids:Array(String)}
ORDER BY started_at DESC, transaction_id
