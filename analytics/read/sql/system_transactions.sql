SELECT
    system,
    count() AS transactions,
    countIf(system = origin_system) AS origin_of,
    max(last_at) AS last_at
FROM transactions_current
ARRAY JOIN arrayDistinct(arrayConcat(systems, if(origin_system = '', [], [origin_system]))) AS system
WHERE started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
    AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
    AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
GROUP BY system
ORDER BY system
