SELECT
    system,
    uniqExactIf(transaction_id, transaction_id != '') AS transactions,
    count() AS observations,
    countIf(is_error = 1) AS errors,
    quantileIf(0.95)(duration_ns / 1e6, kind = 'span') AS p95_ms,
    max(at) AS last_at,
    any(origins.origin_of) AS origin_of
FROM transaction_observations
LEFT JOIN
(
    SELECT origin_system AS system, count() AS origin_of
    FROM transactions_current
    WHERE origin_system != ''
        AND started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
    AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
    GROUP BY system
) AS origins USING (system)
WHERE at >= {since:DateTime64(9, 'UTC')} AND at < {until:DateTime64(9, 'UTC')}
GROUP BY system
ORDER BY system
