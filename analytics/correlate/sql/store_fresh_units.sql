-- Before anything else of transactions that were never stored: by these rows what a tick that was cut short left of them
-- is found, also where more evidence has come since and they are others.
INSERT INTO unit_transactions
SELECT arrayJoin(units) AS unit_id, transaction_id, started_hour, {version:UInt64}, 0
FROM tick_transactions
WHERE transaction_id NOT IN (SELECT transaction_id FROM tick_prior)
