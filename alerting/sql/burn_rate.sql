-- Failed and finished transactions per window; since_all holds the beginnings of the windows, in order.
SELECT
    flow,
    if(status = 'failed', origin_system, '') AS system,
    anyIf(origin_category, status = 'failed') AS category,
    countIf(status = 'failed') AS affected,
    count() AS total,
    minIf(started_at, status = 'failed') AS oldest_at,
    sumForEach(arrayMap(since -> toUInt64(last_at > since), {since_all:Array(DateTime64(6, 'UTC'))})) AS total_counts,
    sumForEach(
        arrayMap(since -> toUInt64(status = 'failed' AND last_at > since), {since_all:Array(DateTime64(6, 'UTC'))})
    ) AS bad_counts
FROM transactions_current
WHERE status IN ('completed', 'completed_late', 'failed')
  AND last_at > arrayMin({since_all:Array(DateTime64(6, 'UTC'))})
  -- Hours in which no version ever was that recent are not merged; the present version of what is looked for is in the others.
  AND started_hour IN (
    SELECT started_hour FROM transactions WHERE last_at > arrayMin({since_all:Array(DateTime64(6, 'UTC'))})
  )
  AND last_at <= {now:DateTime64(6, 'UTC')}
  AND flow IN {flows:Array(String)}
GROUP BY flow, system
