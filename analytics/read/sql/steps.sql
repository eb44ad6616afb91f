-- What the steps of some transactions took, by primary keys. Which transactions was found before
-- (step_transactions.sql): in here they would be searched for twice, for what is read and for whose it is.
WITH
    members AS
    (
        SELECT unit_id, observation_ids FROM transaction_units FINAL
        PREWHERE transaction_id IN {ids:Array(FixedString(32))}
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
    PREWHERE unit_id IN (SELECT unit_id FROM members)
    WHERE kind = 'span'
    ORDER BY end_at DESC, content_hash DESC
    LIMIT 1 BY unit_id, observation_id
) AS o
INNER JOIN members AS m ON m.unit_id = o.unit_id
WHERE empty(m.observation_ids) OR has(m.observation_ids, o.observation_id)
GROUP BY system, name
ORDER BY errors DESC, quantiles_ms[2] DESC, system, name
LIMIT {rows:UInt32}
