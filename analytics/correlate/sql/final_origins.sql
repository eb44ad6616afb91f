-- Joined by final.sql where origins were looked for.
ANY LEFT JOIN
(
    SELECT transaction_id AS origin_of, toString(category) AS own_category, toString(system) AS own_system,
        confidence AS own_confidence, evidence AS own_evidence, work_ms, queue_ms, retry_ms, unexplained_ms
    FROM work_origins
) AS o ON o.origin_of = toString(t.transaction_id)
