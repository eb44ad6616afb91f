-- Why units are one transaction: the value that joins a unit to others, with the observation that carries it.
CREATE TABLE edges
(
    transaction_id FixedString(32) CODEC(LZ4),
    type LowCardinality(String) CODEC(LZ4),
    value String CODEC(LZ4),
    units UInt32 CODEC(LZ4),
    observations UInt32 CODEC(LZ4),
    version UInt64 CODEC(LZ4),
    deleted UInt8 CODEC(LZ4)
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY (transaction_id, type, value)
SETTINGS index_granularity = 1024
