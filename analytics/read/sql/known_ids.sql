SELECT DISTINCT transaction_id
FROM transactions_current
WHERE has(known_ids, {id:String})
LIMIT {rows:UInt32}
