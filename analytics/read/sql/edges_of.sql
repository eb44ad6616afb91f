SELECT type, value, units, observations
FROM edges FINAL
PREWHERE transaction_id = {id:FixedString(32)}
