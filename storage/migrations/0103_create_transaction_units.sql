-- Which units a transaction consists of. observation_ids lists its part of a unit that several transactions share
-- (a batch trace); empty means the whole unit.
CREATE TABLE transaction_units
(
    transaction_id FixedString(32) CODEC(LZ4),
    unit_id UInt64 CODEC(LZ4),
    observation_ids Array(UInt64) CODEC(LZ4),
    version UInt64 CODEC(LZ4),
    deleted UInt8 CODEC(LZ4)
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY (transaction_id, unit_id)
SETTINGS index_granularity = 512, min_compress_block_size = 8192, max_compress_block_size = 65536
