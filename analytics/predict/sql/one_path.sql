SELECT
    toString(transaction_id) AS transaction_id, flow, status, started_us, deadline_us, labels, at_us
FROM transaction_paths FINAL
WHERE flow = {flow:String}
    AND started_hour = toStartOfHour({started_at:DateTime64(6, 'UTC')})
    AND transaction_id = toFixedString({id:String}, 32)
