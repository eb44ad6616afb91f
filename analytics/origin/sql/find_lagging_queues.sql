-- A message that waited, or waits still, while the broker itself said that its queue was backed up or that nobody took
-- from it. Backed up is well beyond what is usual of that queue; while too few hours are known it is only told, and
-- names an origin only where there is nothing else.
-- Which of a broker's destinations the message went to is told by the name of its span, the longest that occurs in it.
INSERT INTO origin_findings
SELECT
    transaction_id, category, system,
    multiIf(
        NOT beyond, 30,
        waits, if(status = 'stuck', 86, 56),
        if(status = 'completed_late', 91, 46) + 8 * least(1, share)) AS weight,
    multiIf(NOT beyond, 0.4, waits, 0.95, 0.6 + 0.35 * least(1, share)) AS confidence,
    toJSONString(map(
        'kind', 'metric', 'system', system, 'destination', destination, 'trace_id', trace_id, 'span_id', span_id, 'name', name,
        'why', concat(
            'the broker said that up to ', toString(round(peak.1)), if(round(peak.1) = 1, ' message', ' messages'), ' waited',
            if(known, concat(', usually ', toString(round(peak.2))), ''),
            if(nobody, ', and nobody took from the queue', '')))) AS evidence
FROM
(
    SELECT m.*, arrayFilter(r -> r.1 > sent_s - 300 AND r.1 <= until_s, q.reports) AS said,
        arrayReduce('max', arrayMap(r -> (r.2, r.4, r.5), said)) AS peak,
        peak.3 >= {enough_hours:UInt32} AS known,
        arrayReduce('max', arrayMap(r -> (r.1, r.3), said)).2 = 0 AND peak.1 >= 1 AS nobody,
        nobody OR (known AND peak.1 >= greatest({least:Float64}, {factor:Float64} * peak.2)) AS beyond
    FROM
    (
        SELECT s.*, b.broker AS broker,
            if(length(b.destinations) = 1, b.destinations[1],
                arraySort(d -> -length(d), arrayFilter(d -> d != '' AND position(s.name, d) > 0, b.destinations))[1]) AS destination
        FROM
        (
            SELECT e.transaction_id AS transaction_id, toString(e.status) AS status, e.trace_id AS trace_id,
                e.span_id AS span_id, toString(e.name) AS name,
                if(e.peer_system = '', toString(e.system), toString(e.peer_system)) AS system,
                if(e.peer_system = '', 'queue', toString(e.peer_category)) AS category,
                t.taken_us = 0 AS waits,
                (t.taken_us - e.end_us) / greatest(1, e.until_us - e.started_us) AS share,
                e.end_us / 1e6 AS sent_s,
                least(if(waits, sent_s + 3600, t.taken_us / 1e6), sent_s + 3600) AS until_s
            FROM origin_evidence AS e
            LEFT JOIN
            (
                SELECT self, min(start_us) AS taken_us
                FROM
                (
                    SELECT above AS self, start_us FROM origin_spans WHERE span_kind IN (2, 5) AND above != 0
                    UNION ALL
                    SELECT arrayJoin(linked) AS self, start_us FROM origin_spans WHERE notEmpty(linked)
                )
                GROUP BY self
            ) AS t ON t.self = e.self
            WHERE e.kind = 'span' AND e.span_kind = 4 AND e.is_error = 0 AND e.status != 'failed'
                AND if(waits, e.status != 'completed_late', share > 0.05)
        ) AS s
        INNER JOIN
        (
            SELECT broker, transform(toString(broker), {brokers:Array(String)}, {systems:Array(String)}, toString(broker)) AS system,
                groupUniqArray(toString(destination)) AS destinations
            FROM origin_backlogs
            GROUP BY broker
        ) AS b ON b.system = s.system
    ) AS m
    INNER JOIN
    (
        SELECT broker, toString(destination) AS destination,
            groupArray((toUnixTimestamp(at), waiting, consumers, usual, known_hours)) AS reports
        FROM origin_backlogs
        GROUP BY broker, destination
    ) AS q ON q.broker = m.broker AND q.destination = m.destination
)
WHERE notEmpty(said) AND (beyond OR NOT known AND peak.1 >= {least:Float64})
ORDER BY weight DESC, evidence
LIMIT 2 BY transaction_id
