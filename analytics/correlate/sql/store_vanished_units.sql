-- Last of all: by these rows a tick that was cut short finds what it had to replace.
INSERT INTO unit_transactions
SELECT arrayJoin(units) AS unit_id, transaction_id, started_hour, {version:UInt64}, 1
FROM tick_prior
WHERE (transaction_id, unit_id) NOT IN (SELECT transaction_id, arrayJoin(units) FROM tick_transactions)
