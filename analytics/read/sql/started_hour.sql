-- When a transaction started, by the primary keys of its units; none for a parent that has no evidence of its own.
SELECT max(started_hour) AS started_hour
FROM unit_transactions FINAL
WHERE unit_id IN (SELECT unit_id FROM transaction_units WHERE transaction_id = toFixedString({id:String}, 32))
    AND transaction_id = toFixedString({id:String}, 32)
HAVING count() > 0
