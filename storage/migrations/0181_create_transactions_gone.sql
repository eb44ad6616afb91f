-- Transactions as they were before a reindex changed what they are: under which flow and tier, from when, with which
-- deadline. gone_at is until when this was what was known; reports "as known" before it take this row.
CREATE TABLE transactions_gone
(
    transaction_id FixedString(32) CODEC(LZ4),
    gone_at DateTime64(3, 'UTC') CODEC(LZ4),
    flow LowCardinality(String) CODEC(LZ4),
    tier UInt8 CODEC(LZ4),
    status LowCardinality(String) CODEC(LZ4),
    started_at DateTime64(6, 'UTC') CODEC(LZ4),
    ended_at Nullable(DateTime64(6, 'UTC')) CODEC(LZ4),
    deadline_at Nullable(DateTime64(6, 'UTC')) CODEC(LZ4),
    late_by_ms Nullable(Float64) CODEC(LZ4),
    replaced_by Array(String) CODEC(LZ4)
)
ENGINE = ReplacingMergeTree
ORDER BY (transaction_id, gone_at)
SETTINGS index_granularity = 1024
