-- One row per flow over the transactions that started in the window. Quantiles are of what ended well.
SELECT
    flow,
    count() AS started,
    countIf(status IN ('completed', 'completed_late')) AS completed,
    countIf(status = 'completed_late') AS completed_late,
    countIf(status = 'failed') AS failed,
    countIf(breached = 1) AS late,
    countIf(status = 'stuck') AS stuck,
    countIf(status = 'unknown') AS unknown,
    countIf(status = 'in_progress') AS in_progress,
    countIf(breached = 1 AND ended_at IS NULL) AS open_breaches,
    quantilesIf(0.5, 0.95, 0.99)(duration_ms, status IN ('completed', 'completed_late')) AS quantiles_ms,
    max(last_at) AS last_at
FROM transactions_current
WHERE started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
    AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
    AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
    AND ({flow:String} = '*' OR flow = {flow:String})
GROUP BY flow
ORDER BY flow
