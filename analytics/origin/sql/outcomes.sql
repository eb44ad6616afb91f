-- Transactions of flows that were active in the last hour. Those of no flow are left out: nobody said what their success is.
INSERT INTO origin_outcomes
SELECT systems, status NOT LIKE 'completed' AS in_trouble, count() AS transactions,
    groupArraySorted(2)(toString(transaction_id)) AS examples, {now:DateTime64(3, 'UTC')} AS looked_up_at
FROM transactions FINAL
WHERE started_hour >= toStartOfHour({now:DateTime64(3, 'UTC')} - INTERVAL 2 HOUR) AND flow != ''
    AND status IN ('failed', 'stuck', 'completed', 'completed_late')
    AND last_at >= {now:DateTime64(3, 'UTC')} - INTERVAL 1 HOUR
GROUP BY systems, in_trouble
ORDER BY transactions DESC
LIMIT 10000
UNION ALL
SELECT [], 0, 0, [], {now:DateTime64(3, 'UTC')}
