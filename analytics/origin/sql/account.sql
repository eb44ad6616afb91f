-- One row a transaction. Time is counted once, by the union of intervals in order of precedence: failed attempts up to
-- the next one (retry), innermost spans (work), messages under way (queue), spans around them (work again); what is
-- covered by nothing is unexplained. All in whole microseconds, so that the parts sum to what elapsed.
INSERT INTO work_origins
WITH
    attempts AS
    (
        SELECT transaction_id, is_error, start_us,
            min(start_us) OVER (PARTITION BY transaction_id, step ORDER BY start_us
                RANGE BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next_us
        FROM origin_spans
        WHERE (transaction_id, step) IN (SELECT transaction_id, step FROM origin_spans WHERE is_error = 1)
    ),
    intervals AS
    (
        SELECT transaction_id, start_us AS a, next_us AS b, 1 AS rank FROM attempts WHERE is_error = 1 AND next_us > start_us
        UNION ALL
        SELECT transaction_id, start_us AS a, end_us AS b,
            if(self IN (SELECT above FROM origin_spans WHERE above != 0), 4, 2) AS rank
        FROM origin_spans
        UNION ALL
        SELECT p.transaction_id AS transaction_id, p.end_us AS a, min(c.start_us) AS b, 3 AS rank
        FROM (SELECT transaction_id, self, end_us FROM origin_spans WHERE span_kind = 4) AS p
        INNER JOIN
        (
            SELECT transaction_id, start_us, arrayJoin(arrayPushBack(linked, above)) AS producer
            FROM origin_spans
            WHERE span_kind IN (2, 5)
        ) AS c ON c.transaction_id = p.transaction_id AND c.producer = p.self
        GROUP BY transaction_id, p.self, p.end_us
    ),
    spent AS
    (
        SELECT
            transaction_id,
            intervalLengthSumIf(a, b, rank <= 1) AS upto_1,
            intervalLengthSumIf(a, b, rank <= 2) AS upto_2,
            intervalLengthSumIf(a, b, rank <= 3) AS upto_3,
            intervalLengthSum(a, b) AS upto_4
        FROM intervals
        WHERE b > a
        GROUP BY transaction_id
    ),
    chosen AS
    (
        SELECT
            transaction_id,
            argMax((category, system, confidence), (weight, system, confidence, category)) AS best,
            groupArray((weight, system, evidence)) AS found
        FROM origin_findings
        GROUP BY transaction_id
    )
SELECT
    c.transaction_id,
    if(o.best.2 = '', '', if(o.best.1 = '', 'unknown', o.best.1)) AS category,
    o.best.2 AS system,
    o.best.3 AS confidence,
    if(empty(o.found), '', concat('[', arrayStringConcat(
        arrayMap(f -> f.3, arraySlice(arraySort(f -> (f.2 != o.best.2, -f.1, f.3), o.found), 1, {rows:UInt8})), ','), ']')),
    (toInt64(s.upto_2) - toInt64(s.upto_1) + toInt64(s.upto_4) - toInt64(s.upto_3)) / 1e3 AS work_ms,
    (toInt64(s.upto_3) - toInt64(s.upto_2)) / 1e3 AS queue_ms,
    toInt64(s.upto_1) / 1e3 AS retry_ms,
    (c.until_us - c.from_us - toInt64(s.upto_4)) / 1e3 AS unexplained_ms
FROM
(
    SELECT transaction_id,
        toUnixTimestamp64Micro(started_at) AS from_us,
        toUnixTimestamp64Micro(ifNull(ended_at, last_at)) AS until_us
    FROM work_transactions
) AS c
LEFT JOIN spent AS s ON s.transaction_id = c.transaction_id
LEFT JOIN chosen AS o ON o.transaction_id = c.transaction_id
