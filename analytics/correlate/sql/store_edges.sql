INSERT INTO edges
SELECT transaction_id, j.type, j.value, j.units, j.units, {version:UInt64}, 0
FROM tick_transactions
ARRAY JOIN joins AS j
WHERE CHANGED
