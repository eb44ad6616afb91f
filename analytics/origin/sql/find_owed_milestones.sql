-- What the milestones say by themselves: the system that owes the missing one, or that failed the failed one.
INSERT INTO origin_findings
SELECT
    transaction_id,
    transform(owing, {systems:Array(String)}, {categories:Array(String)}, 'unknown') AS category,
    owing AS system,
    if(status = 'failed', 50, 45) AS weight,
    if(status = 'failed', 0.6, 0.5) AS confidence,
    toJSONString(map(
        'kind', 'milestone', 'system', owing, 'milestone', owed,
        'why', if(status = 'failed', 'this milestone failed in this system', 'this system owes the milestone'))) AS evidence
FROM
(
    SELECT transaction_id, status,
        if(status = 'failed', toString(failed_system), toString(missing_system)) AS owing,
        if(status = 'failed', toString(failed_milestone), toString(missing_milestone)) AS owed
    FROM work_transactions
    WHERE status IN ('failed', 'stuck') OR (breached = 1 AND status = 'in_progress')
)
WHERE owing != ''
