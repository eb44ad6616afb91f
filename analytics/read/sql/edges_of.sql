SELECT type, value
FROM edges
WHERE transaction_id = {id:String}
ORDER BY type, value
LIMIT {rows:UInt32}
