INSERT INTO correlation_ticks
SELECT
    {now:DateTime64(3, 'UTC')}, {version:UInt64}, {segments:UInt32}, {observations:UInt64}, {transactions:UInt64},
    {lag_ms:Float64}, {duration_ms:Float64}, {catalog_version:String}
