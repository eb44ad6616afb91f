-- How many spans each five minutes hold, and how many of those lie in the window.
SELECT
    toStartOfFiveMinutes(time) AS bucket,
    count() AS spans,
    countIf(time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}) AS inside
FROM spans
WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')})
    AND toStartOfFiveMinutes(time) <= toStartOfFiveMinutes({until:DateTime64(9, 'UTC')})
GROUP BY bucket
ORDER BY bucket
