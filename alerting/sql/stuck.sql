-- Open transactions whose next step is overdue, whether or not the deadline of the whole is missed as well; those
-- that missed only the deadline belong to the deadline rule.
SELECT
    flow,
    origin_system AS system,
    any(origin_category) AS category,
    count() AS affected,
    min(started_at) AS oldest_at,
    minIf(deadline_at, deadline_at > {now:DateTime64(6, 'UTC')}) AS breach_at,
    groupUniqArray(20)(toString(next_milestone)) AS steps
FROM transactions_current
WHERE status = 'stuck'
  AND (
    next_due_at <= {now:DateTime64(6, 'UTC')}
    OR deadline_at IS NULL
    OR deadline_at > {now:DateTime64(6, 'UTC')}
  )
  AND flow IN {flows:Array(String)}
GROUP BY flow, system
