-- Values of transactions that are gone, or that another transaction carries now.
INSERT INTO transaction_identifiers
SELECT value, type, transaction_id, '', toDateTime64(0, 6, 'UTC'), {version:UInt64}, 1
FROM
(
    SELECT DISTINCT key.1 AS value, key.2 AS type, q.transaction_id AS transaction_id
    FROM (SELECT transaction_id, arrayJoin(units) AS unit_id FROM tick_prior) AS q
    INNER JOIN (SELECT unit_id, identifiers, trace_id FROM tick_observations) AS o ON o.unit_id = q.unit_id
    ARRAY JOIN arrayConcat(
        arrayMap(i -> (i.value, toString(i.type)), o.identifiers),
        if(reinterpretAsUInt128(o.trace_id) = 0, [], [(lower(hex(o.trace_id)), 'trace')])) AS key
    UNION DISTINCT
    SELECT arrayJoin(known_ids), 'transaction', transaction_id FROM tick_prior
)
WHERE (value, type, transaction_id) NOT IN
(
    SELECT key.1, key.2, transaction_id
    FROM tick_transactions
    ARRAY JOIN arrayConcat(
        arrayMap(i -> (i.value, i.type), identifiers),
        arrayMap(m -> (m, 'message_id'), messages),
        arrayMap(x -> (lower(hex(x)), 'trace'), traces)) AS key
)
AND (type != 'transaction' OR transaction_id NOT IN (SELECT transaction_id FROM tick_transactions))
