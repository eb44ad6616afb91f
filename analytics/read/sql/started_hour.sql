-- In which hours the transactions of some units started, by primary key; which of them is meant is picked from the answer.
SELECT transaction_id, started_hour
FROM unit_transactions FINAL
PREWHERE unit_id IN {units:Array(UInt64)}
