-- Error logs prove what spans say, and speak alone where there are no failing spans.
INSERT INTO origin_findings
SELECT
    transaction_id, category, system,
    multiIf(status = 'failed', 60, status = 'stuck', 55, 25)
        + 5 * (end_us - started_us) / greatest(1, until_us - started_us) AS weight,
    0.7 AS confidence,
    toJSONString(map(
        'kind', 'log', 'system', toString(system), 'trace_id', trace_id, 'span_id', span_id, 'message', message,
        'why', 'an error log of this system')) AS evidence
FROM origin_evidence
WHERE kind = 'log' AND severity_number >= 17
ORDER BY weight DESC, evidence
LIMIT 2 BY transaction_id
