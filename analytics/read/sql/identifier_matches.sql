-- One row for each reading under which a transaction holds the value; identities first.
SELECT toString(transaction_id) AS transaction_id, started_at
FROM transaction_identifiers FINAL
WHERE value IN {distinct_values:Array(String)}
    AND has(arrayZip({types:Array(String)}, {values:Array(String)}), (toString(type), value))
ORDER BY role != 'identity', transaction_id
LIMIT {rows:UInt32}
