SELECT type, value, units, observations
FROM edges FINAL
WHERE transaction_id = toFixedString({id:String}, 32)
ORDER BY type, value
LIMIT {rows:UInt32}
