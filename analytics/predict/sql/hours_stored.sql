-- How many rows of ways a flow has in each hour in which its transactions started, the latest first. Versions that are not
-- merged yet count each: they are told apart by ids only, which are most of what the table holds.
SELECT started_hour, count() AS versions
FROM transaction_paths
WHERE flow = {flow:String}
    AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
    AND started_hour <= {as_of:DateTime64(6, 'UTC')}
GROUP BY started_hour
ORDER BY started_hour DESC
