-- The same for a transaction that has no evidence of its own (a parent), by the bloom filter of its id.
SELECT DISTINCT started_hour
FROM transactions
WHERE transaction_id = {id:FixedString(32)}
