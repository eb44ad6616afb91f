-- What stood under another id or another hour before.
INSERT INTO transactions (started_hour, transaction_id, version, deleted, started_at, last_at, updated_at)
SELECT started_hour, transaction_id, {version:UInt64}, 1, started_hour, started_hour, {now:DateTime64(3, 'UTC')}
FROM tick_prior
WHERE (started_hour, transaction_id) NOT IN (SELECT started_hour, transaction_id FROM tick_transactions)
