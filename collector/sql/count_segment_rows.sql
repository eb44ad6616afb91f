-- What is stored of each of these segments. The bound of receipt leaves out the partitions that cannot hold them.
SELECT
    segment_id,
    count() AS rows,
    toUnixTimestamp64Nano(min(time)) AS min_time_ns,
    toUnixTimestamp64Nano(max(time)) AS max_time_ns
FROM {table:Identifier}
WHERE segment_id IN {segment_ids:Array(UInt64)}
    AND received_at >= fromUnixTimestamp64Milli({first_received_ms:Int64}, 'UTC')
GROUP BY segment_id
