-- Of two processes that began at the same moment the one of the greater name goes on.
SELECT version, toString(holder) AS holder, dateDiff('second', entered_at, now64(3, 'UTC')) AS age_s
FROM correlation_ticks
ORDER BY version DESC, holder DESC
LIMIT 1
