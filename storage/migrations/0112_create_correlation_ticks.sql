-- One row a tick that did something.
CREATE TABLE correlation_ticks
(
    ticked_at DateTime64(3, 'UTC'),
    version UInt64,
    segments UInt32,
    observations UInt64,
    transactions UInt64,
    lag_ms Float64,
    duration_ms Float64,
    catalog_version String
)
ENGINE = MergeTree
ORDER BY ticked_at
TTL toDateTime(ticked_at) + INTERVAL 7 DAY
