INSERT INTO unit_transactions
SELECT arrayJoin(units) AS unit_id, transaction_id, started_hour, {version:UInt64}, 0
FROM tick_final
WHERE transaction_id IN (SELECT transaction_id FROM tick_prior)
