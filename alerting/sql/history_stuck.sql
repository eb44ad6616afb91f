-- Spans of time during which a transaction waited for an overdue step.
SELECT
    flow,
    origin_system AS system,
    origin_category AS category,
    assumeNotNull(milestone.4) AS begins,
    coalesce(
        milestone.3,
        ended_at,
        if(status IN ('failed', 'completed', 'completed_late'), last_at, {until:DateTime64(6, 'UTC')})
    ) AS ends
FROM transactions_current
ARRAY JOIN milestones AS milestone
WHERE flow IN {flows:Array(String)}
  AND milestone.4 >= {since:DateTime64(6, 'UTC')}
  AND milestone.4 < {until:DateTime64(6, 'UTC')}
  AND milestone.2 != 'skipped'
  AND ends > milestone.4
  AND status != 'unknown'
LIMIT {most:UInt64}
