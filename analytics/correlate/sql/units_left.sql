UNION ALL
SELECT transaction_id, arrayJoin(units) AS unit_id, [], {version:UInt64}, 1
FROM tick_prior
WHERE (transaction_id, unit_id) NOT IN (SELECT transaction_id, arrayJoin(units) FROM tick_transactions)
