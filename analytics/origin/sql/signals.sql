-- Which kinds of evidence there are: what has nothing to look at is not asked, as every statement has its fixed cost.
SELECT
    countIf(kind = 'span' AND is_error = 1) AS find_failing_spans,
    countIf(kind = 'event' AND (outcome = 'error' OR is_error = 1)) AS find_failing_events,
    countIf(kind = 'log' AND severity_number >= 17) AS find_error_logs,
    countIf(kind = 'span' AND span_kind = 4 AND status != 'completed_late') AS find_waiting_messages,
    countIf(kind = 'span' AND span_kind = 4 AND is_error = 0 AND status != 'failed') AS find_lagging_queues,
    countIf(status != 'failed') AS find_lost_time,
    countIf(kind = 'span' AND status != 'failed') * (SELECT count() > 0 FROM step_durations) AS find_slow_steps,
    count() AS find_owed_milestones,
    countIf(kind = 'log' AND status != 'completed_late') * (SELECT count() > 0 FROM step_templates) AS find_vanished_logs,
    (SELECT sumIf(transactions, in_trouble) >= {troubled:UInt32} FROM origin_outcomes) AS find_shared_failures
FROM origin_evidence
