-- Which units carry an identity value, a message id, or link to a unit: the way along which evidence finds the rest of
-- its transaction. companion is what else tells the unit's transaction: another identity value of it, a correlation id
-- before others; 0 when there is none. traced is whether the unit would be a transaction without any value.
CREATE TABLE identifier_units
(
    identity_hash UInt64 CODEC(LZ4),
    unit_id UInt64 CODEC(NONE),
    companion UInt64 CODEC(NONE),
    traced UInt8 CODEC(LZ4),
    version UInt64 CODEC(LZ4)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (identity_hash, unit_id)
SETTINGS index_granularity = 256, min_compress_block_size = 4096, max_compress_block_size = 65536
