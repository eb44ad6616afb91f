-- Where a late transaction's time went: waiting in queues, attempts that failed, work, and silence before the system
-- that was awaited. The largest sum of one system names the origin.
INSERT INTO origin_findings
WITH
    producers AS
    (
        SELECT transaction_id, self, end_us, system, peer_system, peer_category
        FROM origin_evidence
        WHERE kind = 'span' AND span_kind = 4
    ),
    waits AS
    (
        SELECT c.transaction_id AS transaction_id, c.self AS consumer, c.trace_id AS trace_id, c.span_id AS span_id,
            c.start_us AS start_us, p.end_us AS sent_us,
            if(p.peer_system = '', p.system, p.peer_system) AS system,
            if(p.peer_system = '', 'queue', p.peer_category) AS category
        FROM
        (
            SELECT transaction_id, self, trace_id, span_id, start_us, arrayJoin(arrayPushBack(linked, above)) AS producer
            FROM origin_evidence
            WHERE kind = 'span' AND span_kind IN (2, 5)
        ) AS c
        INNER JOIN producers AS p ON p.transaction_id = c.transaction_id AND p.self = c.producer
        WHERE c.start_us > p.end_us
        ORDER BY start_us, consumer
        LIMIT 1 BY transaction_id, producer
    ),
    ordered AS
    (
        SELECT *,
            max(end_us) OVER (PARTITION BY transaction_id ORDER BY start_us, self, system, event_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_us
        FROM origin_evidence
        WHERE start_us <= until_us
    ),
    below AS
    (
        SELECT transaction_id, above AS self, sum(end_us - start_us) AS spent_us
        FROM origin_evidence
        WHERE kind = 'span' AND above != 0
        GROUP BY transaction_id, self
    ),
    lost AS
    (
        SELECT transaction_id, category, system, start_us - sent_us AS lost_us, trace_id, span_id,
            'waited in the queue' AS how, 0 AS place
        FROM waits
        UNION ALL
        SELECT transaction_id, category, system, start_us - before_us AS lost_us, trace_id, span_id,
            'nothing was heard until this system went on' AS how, 1 AS place
        FROM ordered
        WHERE before_us > 0 AND start_us > before_us
            AND (transaction_id, self) NOT IN (SELECT transaction_id, consumer FROM waits)
        UNION ALL
        SELECT e.transaction_id AS transaction_id,
            if(e.span_kind IN (3, 4) AND e.peer_system != '', e.peer_category, e.category) AS category,
            if(e.span_kind IN (3, 4) AND e.peer_system != '', e.peer_system, e.system) AS system,
            greatest(0, (e.end_us - e.start_us) - b.spent_us) AS lost_us, e.trace_id AS trace_id, e.span_id AS span_id,
            if(e.is_error = 1, 'an attempt that failed', 'its own work') AS how, 2 AS place
        FROM origin_evidence AS e
        LEFT JOIN below AS b ON b.transaction_id = e.transaction_id AND b.self = e.self
        WHERE e.kind = 'span'
    )
SELECT
    l.transaction_id, l.category, l.system,
    if(t.status = 'completed_late', 60 + 30 * share, 10 + 20 * share) AS weight,
    0.4 + 0.5 * share AS confidence,
    toJSONString(map(
        'kind', 'span', 'system', toString(l.system), 'trace_id', l.trace_id, 'span_id', l.span_id,
        'why', concat(l.how, ': ', toString(round(l.total_us / 1e6, 1)), ' s of ',
            toString(round(t.elapsed_us / 1e6, 1)), ' s'))) AS evidence
FROM
(
    SELECT transaction_id, category, system, how, place, sum(lost_us) AS total_us,
        argMax(lost.trace_id, (lost_us, lost.span_id)) AS trace_id, argMax(lost.span_id, (lost_us, lost.span_id)) AS span_id
    FROM lost
    WHERE lost_us > 0
    GROUP BY transaction_id, category, system, how, place
) AS l
INNER JOIN
(
    SELECT transaction_id, any(status) AS status, any(until_us - started_us) AS elapsed_us
    FROM origin_evidence
    GROUP BY transaction_id
) AS t ON t.transaction_id = l.transaction_id
WHERE (least(1, l.total_us / greatest(1, t.elapsed_us)) AS share) > 0.05
ORDER BY weight DESC, place, evidence
LIMIT 3 BY transaction_id
