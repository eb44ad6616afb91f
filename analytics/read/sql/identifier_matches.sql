-- Every reading under which a transaction holds one of the values; which of them were meant is picked from the answer.
SELECT value, type, transaction_id, role, started_at
FROM transaction_identifiers FINAL
PREWHERE value IN {values:Array(String)}
LIMIT {rows:UInt32}
