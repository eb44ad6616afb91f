-- What is no more because its evidence is part of others now, and what reports count otherwise now, as it was: reports "as
-- known" before this moment take it. Those that did not exist before are known by it not to have been (`known_at`).
INSERT INTO transactions_gone
SELECT transaction_id, {now:DateTime64(3, 'UTC')}, flow, tier, status, started_at, ended_at, deadline_at, late_by_ms, [], known_at
FROM transactions FINAL
WHERE flow != '' AND (started_hour, transaction_id) IN
(
    SELECT started_hour, transaction_id
    FROM tick_prior
    WHERE transaction_id NOT IN (SELECT transaction_id FROM tick_transactions)
    UNION ALL
    SELECT p.started_hour, p.transaction_id
    FROM tick_final AS f
    INNER JOIN tick_prior AS p ON p.transaction_id = f.transaction_id
    WHERE CHANGED
)
