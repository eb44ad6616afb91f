-- Identity values that would join more separate transactions than their type allows, and are not followed.
CREATE TABLE quarantined_values
(
    identity_hash UInt64,
    type LowCardinality(String),
    value String,
    transactions UInt64,
    version UInt64,
    deleted UInt8
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY identity_hash
