-- Transactions that are no more, that are something else now, or whose evidence is also in new ones now: as they were.
-- replaced_by are those that did not exist before.
INSERT INTO transactions_gone
SELECT
    b.transaction_id, {now:DateTime64(3, 'UTC')}, b.flow, b.tier, b.status, b.started_at, b.ended_at, b.deadline_at,
    b.late_by_ms, r.replacing, b.known_at
FROM (SELECT * FROM transactions_before) AS b
LEFT JOIN
(
    SELECT transaction_id, flow, tier, started_at, ended_at, deadline_at, status FROM transactions FINAL
) AS n ON n.transaction_id = b.transaction_id
LEFT JOIN
(
    SELECT w.transaction_id AS former, groupUniqArray(toString(u.transaction_id)) AS replacing
    FROM
    (
        SELECT unit_id, transaction_id
        FROM unit_transactions FINAL
        WHERE transaction_id NOT IN (SELECT transaction_id FROM transactions_before)
    ) AS u
    INNER JOIN (SELECT unit_id, transaction_id FROM unit_transactions_before) AS w ON w.unit_id = u.unit_id
    GROUP BY former
) AS r ON r.former = b.transaction_id
WHERE b.flow != '' AND (n.status = '' OR (n.flow, n.tier, n.started_at, n.deadline_at) != (b.flow, b.tier, b.started_at, b.deadline_at)
    OR isNull(n.deadline_at) != isNull(b.deadline_at) OR notEmpty(r.replacing)
    OR (b.breached AND ifNull(n.ended_at, toDateTime64(0, 6, 'UTC')) != ifNull(b.ended_at, toDateTime64(0, 6, 'UTC'))))
SETTINGS join_use_nulls = 0
