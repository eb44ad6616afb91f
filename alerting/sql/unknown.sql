-- Transactions that cannot be judged, by flow and the step they wait for.
SELECT flow, next_milestone AS step, count() AS affected, min(started_at) AS oldest_at
FROM transactions_current
WHERE status = 'unknown'
  -- Hours in which no version ever was unknown are not merged; the present version of what is looked for is in the others.
  AND started_hour IN (SELECT started_hour FROM transactions WHERE status = 'unknown')
GROUP BY flow, step
