-- Joined by final.sql where anything was stored of the closed set before.
ANY LEFT JOIN
(
    SELECT transaction_id AS prior_id, revision, started_hour AS prior_hour, content_hash AS prior_hash, known_ids,
        flow AS prior_flow, known_at AS prior_known_at
    FROM tick_prior
) AS p ON p.prior_id = t.transaction_id
ANY LEFT JOIN
(
    SELECT now_in, groupUniqArray(id) AS former
    FROM
    (
        SELECT arrayJoin(arrayConcat([toString(q.transaction_id)], q.known_ids)) AS id,
            n.transaction_id AS now_in
        FROM (SELECT transaction_id, known_ids, arrayJoin(units) AS unit_id FROM tick_prior) AS q
        INNER JOIN (SELECT transaction_id, arrayJoin(units) AS unit_id FROM tick_transactions) AS n
            ON q.unit_id = n.unit_id
        WHERE q.transaction_id NOT IN (SELECT transaction_id FROM tick_transactions)
    )
    GROUP BY now_in
) AS f ON f.now_in = t.transaction_id
