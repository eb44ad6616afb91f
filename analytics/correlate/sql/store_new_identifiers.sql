-- Every way to find a transaction that was never stored: identifiers of both roles, message ids, trace ids.
INSERT INTO transaction_identifiers
SELECT key.1, key.2, transaction_id, key.3, fromUnixTimestamp64Micro(started_us, 'UTC'), {version:UInt64}, 0
FROM tick_transactions
ARRAY JOIN arrayConcat(
    arrayMap(i -> (i.value, i.type, i.role), identifiers),
    arrayMap(m -> (m, 'message_id', 'identity'), messages),
    arrayMap(x -> (lower(hex(x)), 'trace', 'trace'), traces)) AS key
