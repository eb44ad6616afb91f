-- The newest transactions of a flow, which stand for all.
SELECT transaction_id
FROM transactions FINAL
WHERE flow = {flow:String}
    AND started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
    AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
    AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
ORDER BY started_at DESC
LIMIT {transactions:UInt32}
