-- When an open transaction has to be judged again because time alone may change what it is. Stale rows are harmless.
CREATE TABLE judgements_due
(
    judge_at DateTime64(6, 'UTC') CODEC(LZ4),
    unit_id UInt64 CODEC(LZ4)
)
ENGINE = ReplacingMergeTree
ORDER BY (judge_at, unit_id)
SETTINGS index_granularity = 1024
