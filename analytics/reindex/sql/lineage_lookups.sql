INSERT INTO transaction_identifiers
SELECT k, 'transaction', transaction_id, 'former', started_at, version, 0
FROM transactions FINAL
ARRAY JOIN known_ids AS k
