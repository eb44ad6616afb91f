-- Finished transactions of a window of event time, and how many of them failed. Transactions that cannot be judged
-- are in neither figure.
SELECT
    flow,
    if(status = 'failed', origin_system, '') AS system,
    anyIf(origin_category, status = 'failed') AS category,
    countIf(status = 'failed') AS affected,
    count() AS total,
    minIf(started_at, status = 'failed') AS oldest_at,
    groupUniqArrayIf(20)(toString(failed_milestone), status = 'failed') AS steps
FROM transactions_current
WHERE status IN ('completed', 'completed_late', 'failed')
  AND last_at > {since:DateTime64(6, 'UTC')}
  -- Hours in which no version ever was that recent are not merged; the present version of what is looked for is in the others.
  AND started_hour IN (SELECT started_hour FROM transactions WHERE last_at > {since:DateTime64(6, 'UTC')})
  AND last_at <= {now:DateTime64(6, 'UTC')}
  AND flow IN {flows:Array(String)}
GROUP BY flow, system
