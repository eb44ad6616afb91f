-- The same for a value that more transactions hold than are shown: identities first.
SELECT value, type, transaction_id, role, started_at
FROM transaction_identifiers FINAL
WHERE value IN {values:Array(String)}
    AND
    (
        has(arrayZip({types:Array(String)}, {readings:Array(String)}), (toString(type), value))
        OR (NOT has({declared:Array(String)}, toString(type)) AND has({others:Array(String)}, value))
    )
ORDER BY role != 'identity', transaction_id
LIMIT {rows:UInt32}
