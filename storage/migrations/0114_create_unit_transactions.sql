-- The other way round: in which transactions a unit was last seen, so that a tick finds what it has to replace.
CREATE TABLE unit_transactions
(
    unit_id UInt64 CODEC(LZ4),
    transaction_id FixedString(32) CODEC(LZ4),
    started_hour DateTime('UTC') CODEC(LZ4),
    version UInt64 CODEC(LZ4),
    deleted UInt8 CODEC(LZ4)
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY (unit_id, transaction_id)
SETTINGS index_granularity = 512, min_compress_block_size = 8192, max_compress_block_size = 65536
