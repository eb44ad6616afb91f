-- What is no more because its evidence is part of others now, or has parts of its own now, as it was: reports "as known"
-- before this moment take it. replaced_by are those that did not exist before.
INSERT INTO transactions_gone
SELECT
    b.transaction_id, {now:DateTime64(3, 'UTC')}, b.flow, b.tier, b.status, b.started_at, b.ended_at, b.deadline_at,
    b.late_by_ms, r.replacing
FROM
(
    SELECT *
    FROM transactions FINAL
    WHERE (started_hour, transaction_id) IN (SELECT started_hour, transaction_id FROM tick_prior)
        AND flow != '' AND (status = 'completed' OR notEmpty(verdicts))
) AS b
LEFT JOIN
(
    SELECT w.transaction_id AS former, groupUniqArray(toString(n.transaction_id)) AS replacing
    FROM (SELECT transaction_id, arrayJoin(units) AS unit_id FROM tick_prior) AS w
    INNER JOIN
    (
        SELECT transaction_id, arrayJoin(units) AS unit_id
        FROM tick_transactions
        WHERE transaction_id NOT IN (SELECT transaction_id FROM tick_prior WHERE revision > 0)
    ) AS n ON n.unit_id = w.unit_id
    GROUP BY former
) AS r ON r.former = b.transaction_id
WHERE b.transaction_id NOT IN (SELECT transaction_id FROM tick_transactions) OR notEmpty(r.replacing)
