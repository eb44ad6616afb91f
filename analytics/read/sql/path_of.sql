-- The way of one transaction, by primary key.
SELECT started_us, deadline_us, labels, at_us, transaction_id, version, deleted
FROM transaction_paths
PREWHERE flow = {flow:String} AND started_hour = {hour:DateTime('UTC')} AND transaction_id = {id:FixedString(32)}
