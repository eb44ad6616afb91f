-- Transactions under way whose deadline is ahead, the nearest first.
SELECT
    toString(transaction_id) AS transaction_id, flow, status, started_us, deadline_us, labels, at_us
FROM transaction_paths FINAL
WHERE flow IN {flows:Array(String)}
    AND deadline_us > {now_us:Int64}
    AND status IN ('in_progress', 'stuck')
ORDER BY deadline_us, transaction_id
LIMIT {rows:UInt32}
