-- An id is found by the bloom filter; hours, where they are known, narrow the search to a range of the primary key.
SELECT
    toString(transaction_id) AS transaction_id,
    flow, tier, status, revision, started_at, ended_at, last_at, duration_ms, parent_id,
    identifiers, milestones, current_milestone, next_milestone, next_due_at, failed_milestone, missing_milestone, systems,
    origin_category, origin_system, origin_confidence, origin_evidence,
    deadline_at, breached, breached_at, judged,
    ifNull(late_by_ms, if(breached = 1,
        (toUnixTimestamp64Micro({now:DateTime64(6, 'UTC')}) - toUnixTimestamp64Micro(deadline_at)) / 1e3, NULL)) AS late_by_ms,
    work_ms, queue_ms, retry_ms, unexplained_ms,
    child_total, child_completed, child_failed, untimely, updated_at, known_ids, version
FROM transactions FINAL
WHERE transactions.transaction_id IN {ids:Array(FixedString(32))}
    AND (empty({hours:Array(DateTime)}) OR started_hour IN {hours:Array(DateTime)})
ORDER BY started_at DESC, transaction_id
