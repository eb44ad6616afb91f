-- A failing span below which nothing fails is where the error starts; its callers only report it. One on a client or
-- producer span stands for the other side when that side sent nothing, or answered after the caller had given up.
-- A span that no error was set on, but that logged an error under a failing caller, fails too.
-- A later success of the same step repaired the error; a repaired one counts only where there is nothing else.
INSERT INTO origin_findings
WITH spans AS
(
    SELECT *,
        is_error = 1
            OR (transaction_id, self) IN (SELECT transaction_id, self FROM origin_evidence WHERE kind = 'log' AND severity_number >= 17)
                AND (transaction_id, above) IN (SELECT transaction_id, self FROM origin_evidence WHERE kind = 'span' AND is_error = 1)
            AS failed
    FROM origin_evidence
    WHERE kind = 'span'
)
SELECT
    transaction_id,
    if(stands_for_peer, peer_category, category) AS origin_category,
    if(stands_for_peer, peer_system, system) AS origin_system,
    multiIf(repaired, 20, status = 'failed', 100, status = 'stuck', 80, 35)
        + 5 * (end_us - started_us) / greatest(1, until_us - started_us) AS weight,
    multiIf(repaired, 0.3, stands_for_peer, 0.85, message = '', 0.85, 0.95) AS confidence,
    toJSONString(map(
        'kind', 'span', 'system', toString(origin_system), 'trace_id', trace_id, 'span_id', span_id,
        'name', toString(name), 'message', message,
        'why', multiIf(
            repaired, 'a failing span that a later attempt repaired',
            stands_for_peer AND silent, concat('deepest failing span; ', peer_system, ' sent nothing, so the span stands for it'),
            stands_for_peer, concat('the caller gave up before ', peer_system, ' answered'),
            'deepest failing span; its callers only report its error'))) AS evidence
FROM
(
    SELECT
        *,
        spans = 0 AS silent,
        match(lower(message), 'time[ds]?[ -]?out|deadline[ _]?exceeded') OR (spans > 0 AND answered_us > end_us) AS gave_up,
        span_kind IN (3, 4) AND peer_system != '' AND (silent OR gave_up) AS stands_for_peer,
        last_success_us >= end_us AS repaired
    FROM
    (
        SELECT * REPLACE (failed AS is_error),
            maxIf(start_us, failed = 0) OVER (PARTITION BY transaction_id, step) AS last_success_us
        FROM spans
    ) AS failing
    LEFT JOIN
    (
        SELECT transaction_id, above AS self, count() AS spans, max(failed) AS fails_below, max(end_us) AS answered_us
        FROM spans
        WHERE above != 0
        GROUP BY transaction_id, self
    ) AS answers USING (transaction_id, self)
    WHERE is_error = 1 AND fails_below = 0
)
ORDER BY weight DESC, evidence
LIMIT 3 BY transaction_id
