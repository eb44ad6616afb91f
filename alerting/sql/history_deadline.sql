-- Spans of time during which a transaction was open past its deadline.
SELECT
    flow,
    origin_system AS system,
    origin_category AS category,
    assumeNotNull(deadline_at) AS begins,
    coalesce(ended_at, if(status IN ('failed', 'completed', 'completed_late'), last_at, {until:DateTime64(6, 'UTC')})) AS ends
FROM transactions_current
WHERE flow IN {flows:Array(String)}
  AND deadline_at >= {since:DateTime64(6, 'UTC')}
  AND deadline_at < {until:DateTime64(6, 'UTC')}
  AND ends > deadline_at
  AND status != 'unknown'
LIMIT {most:UInt64}
