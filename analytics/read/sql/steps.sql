-- The newest transactions of the flow stand for all; their evidence is read by primary key.
WITH
    chosen AS
    (
        SELECT toFixedString(transaction_id, 32) AS transaction_id
        FROM transactions_current
        WHERE flow = {flow:String}
            AND started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
            AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
            AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
        ORDER BY started_at DESC
        LIMIT {transactions:UInt32}
    ),
    members AS
    (
        SELECT unit_id, observation_ids FROM transaction_units FINAL WHERE transaction_id IN (SELECT transaction_id FROM chosen)
    )
SELECT
    system, name,
    count() AS count,
    countIf(is_error = 1) AS errors,
    quantiles(0.5, 0.95)((toUnixTimestamp64Nano(end_at) - toUnixTimestamp64Nano(at)) / 1e6) AS quantiles_ms
FROM
(
    SELECT unit_id, observation_id, system, name, is_error, at, end_at
    FROM observations
    WHERE kind = 'span' AND unit_id IN (SELECT unit_id FROM members)
    ORDER BY end_at DESC, content_hash DESC
    LIMIT 1 BY unit_id, observation_id
) AS o
INNER JOIN members AS m ON m.unit_id = o.unit_id
WHERE empty(m.observation_ids) OR has(m.observation_ids, o.observation_id)
GROUP BY system, name
ORDER BY errors DESC, quantiles_ms[2] DESC, system, name
LIMIT {rows:UInt32}
