INSERT INTO correlation_ticks (
    ticked_at, version, segments, observations, transactions, lag_ms, duration_ms, catalog_version, holder)
SELECT
    {now:DateTime64(3, 'UTC')}, {version:UInt64}, {segments:UInt32}, {observations:UInt64}, {transactions:UInt64},
    {lag_ms:Float64}, {duration_ms:Float64}, {catalog_version:String}, {holder:String}
