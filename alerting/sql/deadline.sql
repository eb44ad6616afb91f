-- Open transactions past their end-to-end deadline. Judged by correlation against source watermarks: an unknown one
-- is not stuck, and is not counted.
SELECT
    flow,
    origin_system AS system,
    any(origin_category) AS category,
    count() AS affected,
    min(started_at) AS oldest_at,
    CAST(NULL, 'Nullable(DateTime64(6, \'UTC\'))') AS breach_at,
    groupUniqArray(20)(toString(next_milestone)) AS steps
FROM transactions_current
WHERE status = 'stuck'
  AND deadline_at <= {now:DateTime64(6, 'UTC')}
  AND flow IN {flows:Array(String)}
GROUP BY flow, system
