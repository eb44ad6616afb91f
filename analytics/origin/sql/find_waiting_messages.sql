-- A producer whose message nobody took: it waits in the queue. Only for transactions that did not go on to an end.
INSERT INTO origin_findings
WITH taken AS
(
    SELECT above AS self FROM origin_spans WHERE span_kind IN (2, 5) AND above != 0
    UNION DISTINCT
    SELECT arrayJoin(linked) AS self FROM origin_spans WHERE notEmpty(linked)
)
SELECT
    transaction_id,
    if(peer_system = '', 'queue', peer_category) AS category,
    if(peer_system = '', system, peer_system) AS origin_system,
    if(status = 'stuck', 80, 40) + 5 * (end_us - started_us) / greatest(1, until_us - started_us) AS weight,
    if(peer_system = '', 0.7, 0.9) AS confidence,
    toJSONString(map(
        'kind', 'span', 'system', toString(origin_system), 'trace_id', trace_id, 'span_id', span_id,
        'name', toString(name), 'why', 'the message was sent and no consumer has taken it')) AS evidence
FROM origin_evidence
WHERE kind = 'span' AND span_kind = 4 AND is_error = 0 AND status != 'completed_late'
    AND self NOT IN (SELECT self FROM taken)
ORDER BY weight DESC, evidence
LIMIT 2 BY transaction_id
