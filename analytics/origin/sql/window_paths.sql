-- Which systems the transactions of the window passed, those in trouble and those that came through. Traces of no flow
-- are left out: nobody said what their success is.
SELECT systems, status IN ('failed', 'stuck', 'completed_late') AS in_trouble, count() AS transactions,
    min(transaction_id) AS example
FROM transactions_current
WHERE flow != '' AND ({flow:String} = '' OR flow = {flow:String})
    AND status IN ('failed', 'stuck', 'completed', 'completed_late')
    AND started_hour >= {since:DateTime64(6, 'UTC')} - INTERVAL 1 DAY
    AND started_at < {until:DateTime64(6, 'UTC')} AND last_at >= {since:DateTime64(6, 'UTC')}
GROUP BY systems, in_trouble
ORDER BY systems, in_trouble
LIMIT 100000
