-- Every way to find a transaction: identifiers of both roles, message ids, trace ids, ids it had before.
INSERT INTO transaction_identifiers
SELECT key.1, key.2, t.transaction_id, key.3, fromUnixTimestamp64Micro(t.started_us, 'UTC'), {version:UInt64}, 0
FROM tick_transactions AS t
LEFT JOIN (SELECT transaction_id, known_ids FROM tick_final) AS f ON f.transaction_id = t.transaction_id
ARRAY JOIN arrayConcat(
    arrayMap(i -> (i.value, i.type, i.role), t.identifiers),
    arrayMap(m -> (m, 'message_id', 'identity'), t.messages),
    arrayMap(x -> (lower(hex(x)), 'trace', 'trace'), t.traces),
    arrayMap(k -> (k, 'transaction', 'former'), f.known_ids)) AS key
WHERE t.transaction_id IN (SELECT transaction_id FROM tick_final)
