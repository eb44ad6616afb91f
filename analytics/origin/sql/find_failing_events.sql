-- A business event that says error and whose milestone no later evidence reached.
INSERT INTO origin_findings
SELECT
    transaction_id, category, system,
    multiIf(status = 'failed', 90, status = 'stuck', 75, 32)
        + 5 * (end_us - started_us) / greatest(1, until_us - started_us) AS weight,
    0.85 AS confidence,
    toJSONString(map(
        'kind', 'event', 'system', toString(system), 'source', toString(source), 'event_id', event_id,
        'milestone', toString(milestone), 'why', 'the event says that the step failed')) AS evidence
FROM origin_evidence
LEFT JOIN
(
    SELECT transaction_id, milestone, max(end_us) AS last_us
    FROM origin_evidence
    WHERE milestone != '' AND is_error = 0 AND outcome IN ('', 'ok')
    GROUP BY transaction_id, milestone
) AS done USING (transaction_id, milestone)
WHERE kind = 'event' AND (outcome = 'error' OR is_error = 1) AND last_us <= end_us
ORDER BY weight DESC, evidence
LIMIT 2 BY transaction_id
