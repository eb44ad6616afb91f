-- The children of batch and imported parents with what their parent has to know of them.
CREATE TABLE transaction_children
(
    parent_id FixedString(32) CODEC(LZ4),
    transaction_id FixedString(32) CODEC(LZ4),
    parent_type LowCardinality(String) CODEC(LZ4),
    parent_value String CODEC(LZ4),
    status LowCardinality(String) CODEC(LZ4),
    flow LowCardinality(String) CODEC(LZ4),
    tier UInt8 CODEC(LZ4),
    started_at DateTime64(6, 'UTC') CODEC(LZ4),
    ended_at Nullable(DateTime64(6, 'UTC')) CODEC(LZ4),
    last_at DateTime64(6, 'UTC') CODEC(LZ4),
    systems Array(LowCardinality(String)) CODEC(LZ4),
    version UInt64 CODEC(LZ4),
    deleted UInt8 CODEC(LZ4)
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY (parent_id, transaction_id)
SETTINGS index_granularity = 1024
