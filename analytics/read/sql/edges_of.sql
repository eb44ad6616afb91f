SELECT type, value, units, observations
FROM edges FINAL
WHERE transaction_id = {id:FixedString(32)}
