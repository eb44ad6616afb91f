-- Transactions as they are now.
CREATE VIEW transactions_current AS
SELECT
    toString(transaction_id) AS transaction_id,
    flow, tier, status, revision, started_at, ended_at, last_at, duration_ms, parent_id,
    identifiers, milestones, current_milestone, next_milestone, next_due_at, failed_milestone, missing_milestone,
    systems, origin_category, origin_system, origin_confidence, origin_evidence,
    deadline_at, breached, breached_at, late_by_ms, judged, next_judge_at,
    work_ms, queue_ms, retry_ms, unexplained_ms,
    child_total, child_completed, child_failed, observation_count, untimely, updated_at, known_ids, started_hour
FROM transactions FINAL
