-- What was decided about a transaction and when; never changed, only added to. The last row of a (transaction, rule)
-- is what holds now, the last one decided before T is what was known at T.
CREATE TABLE verdicts
(
    transaction_id FixedString(32) CODEC(LZ4),
    rule LowCardinality(String) CODEC(LZ4),
    verdict LowCardinality(String) CODEC(LZ4),
    event_at DateTime64(6, 'UTC') CODEC(LZ4),
    decided_at DateTime64(3, 'UTC') CODEC(LZ4),
    revision UInt32 CODEC(LZ4),
    flow LowCardinality(String) CODEC(LZ4),
    tier UInt8 CODEC(LZ4)
)
ENGINE = ReplacingMergeTree
ORDER BY (transaction_id, rule, decided_at, revision, verdict)
SETTINGS index_granularity = 1024
