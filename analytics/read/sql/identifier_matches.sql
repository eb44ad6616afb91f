-- Every reading under which a transaction holds one of the values, in every version there is; which of them hold and were
-- meant is picked from the answer.
SELECT value, type, transaction_id, role, started_at, version, deleted
FROM transaction_identifiers
PREWHERE value IN {values:Array(String)}
LIMIT {rows:UInt32}
