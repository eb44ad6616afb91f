-- The children of batch and imported parents, by what they name as their parent: a business key, or (type empty) the id
-- of the transaction whose trace they share. With what the parent has to know of them.
CREATE TABLE transaction_children
(
    parent_type LowCardinality(String) CODEC(LZ4),
    parent_value String CODEC(LZ4),
    transaction_id FixedString(32) CODEC(LZ4),
    parent_id String CODEC(LZ4),
    status LowCardinality(String) CODEC(LZ4),
    started_us Int64 CODEC(LZ4),
    ended_us Int64 CODEC(LZ4),
    last_us Int64 CODEC(LZ4),
    systems Array(LowCardinality(String)) CODEC(LZ4),
    observation_count UInt32 CODEC(LZ4),
    origin Tuple(category String, system String, confidence Float32, evidence String) CODEC(LZ4),
    version UInt64 CODEC(LZ4),
    deleted UInt8 CODEC(LZ4)
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY (parent_type, parent_value, transaction_id)
SETTINGS index_granularity = 1024
