-- Transactions that are no more, or that are something else now, as they were.
INSERT INTO transactions_gone
SELECT
    b.transaction_id, {now:DateTime64(3, 'UTC')}, b.flow, b.tier, b.status, b.started_at, b.ended_at, b.deadline_at,
    b.late_by_ms, r.replacing
FROM (SELECT * FROM transactions_before FINAL) AS b
LEFT JOIN
(
    SELECT transaction_id, flow, tier, started_at, deadline_at, status FROM transactions FINAL
) AS n ON n.transaction_id = b.transaction_id
LEFT JOIN
(
    SELECT k AS former, groupArray(toString(transaction_id)) AS replacing
    FROM transactions FINAL ARRAY JOIN known_ids AS k
    GROUP BY former
) AS r ON r.former = toString(b.transaction_id)
WHERE n.status = '' OR (n.flow, n.tier, n.started_at, n.deadline_at) != (b.flow, b.tier, b.started_at, b.deadline_at)
    OR isNull(n.deadline_at) != isNull(b.deadline_at)
SETTINGS join_use_nulls = 0
