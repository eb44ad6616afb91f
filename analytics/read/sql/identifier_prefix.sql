-- The transactions that hold an identifier with these first characters; more than rows are not narrowed down like this.
SELECT transaction_id, started_at
FROM transaction_identifiers FINAL
WHERE startsWith(value, {q:String}) OR value IN {q_readings:Array(String)}
LIMIT {rows:UInt32}
