-- Which units carry an identity value: the way along which evidence finds the rest of its transaction.
CREATE TABLE identifier_units
(
    identity_hash UInt64 CODEC(LZ4),
    unit_id UInt64 CODEC(NONE),
    first_at DateTime64(6, 'UTC') CODEC(LZ4),
    last_at DateTime64(6, 'UTC') CODEC(LZ4)
)
ENGINE = ReplacingMergeTree
ORDER BY (identity_hash, unit_id, first_at, last_at)
SETTINGS index_granularity = 256, min_compress_block_size = 4096, max_compress_block_size = 65536
