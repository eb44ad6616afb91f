-- Transactions that cannot be judged, by flow and the step they wait for.
SELECT flow, next_milestone AS step, count() AS affected, min(started_at) AS oldest_at
FROM transactions_current
WHERE status = 'unknown'
GROUP BY flow, step
