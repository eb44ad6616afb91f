-- The transactions that carry a quarantined value: what there is without it. others holds the quarantined values beside
-- it that evidence without a name of its own carries too: such transactions count as one where they share one.
CREATE TABLE quarantine_carriers
(
    identity_hash UInt64 CODEC(LZ4),
    transaction_id FixedString(32) CODEC(LZ4),
    others Array(UInt64) CODEC(LZ4),
    version UInt64 CODEC(LZ4),
    deleted UInt8 CODEC(LZ4)
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY (identity_hash, transaction_id)
SETTINGS index_granularity = 512
