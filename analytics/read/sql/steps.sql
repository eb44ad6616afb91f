SELECT
    system, name,
    count() AS count,
    countIf(is_error = 1) AS errors,
    quantiles(0.5, 0.95)(duration_ns / 1e6) AS quantiles_ms
FROM transaction_observations
WHERE kind = 'span'
    AND at >= {since:DateTime64(6, 'UTC')}
    AND transaction_id IN
    (
        SELECT transaction_id FROM transactions_current
        WHERE flow = {flow:String}
            AND started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
    AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
    )
GROUP BY system, name
ORDER BY errors DESC, quantiles_ms[2] DESC, system, name
LIMIT {rows:UInt32}
