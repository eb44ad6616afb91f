-- In which hours the transactions of some units started, by primary key; which of them is meant is picked from the answer.
SELECT unit_id, transaction_id, started_hour, version, deleted
FROM unit_transactions
PREWHERE unit_id IN {units:Array(UInt64)}
