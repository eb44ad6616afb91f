-- When transactions finished, and whether they failed.
SELECT
    flow,
    if(status = 'failed', origin_system, '') AS system,
    if(status = 'failed', origin_category, '') AS category,
    last_at AS begins,
    status = 'failed' AS bad
FROM transactions_current
WHERE flow IN {flows:Array(String)}
  AND status IN ('completed', 'completed_late', 'failed')
  AND last_at >= {since:DateTime64(6, 'UTC')}
  AND last_at < {until:DateTime64(6, 'UTC')}
LIMIT {most:UInt64}
