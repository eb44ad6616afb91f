-- From any value a person may hold to the transactions that carry it; read it through identifier_index.
CREATE TABLE transaction_identifiers
(
    value String CODEC(LZ4),
    type LowCardinality(String) CODEC(LZ4),
    transaction_id FixedString(32) CODEC(LZ4),
    role LowCardinality(String) CODEC(LZ4),
    started_at DateTime64(6, 'UTC') CODEC(LZ4),
    version UInt64 CODEC(LZ4),
    deleted UInt8 CODEC(LZ4)
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY (value, type, transaction_id)
SETTINGS index_granularity = 1024, min_compress_block_size = 16384, max_compress_block_size = 65536
