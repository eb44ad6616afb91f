SELECT
    transform(toString(service), {services:Array(String)}, {systems:Array(String)}, toString(service)) AS system,
    count() AS observations,
    countIf(status_code = 2) AS errors,
    quantile(0.95)(duration_ns / 1e6) AS p95_ms,
    max(time) AS last_at
FROM spans
WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')})
    AND toStartOfFiveMinutes(time) <= toStartOfFiveMinutes({until:DateTime64(9, 'UTC')})
    AND time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
GROUP BY system
ORDER BY system
