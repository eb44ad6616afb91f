-- The way of each transaction of a flow through its milestones, one row a version, in the order of time: labels holds
-- the milestones as they were passed, repeats included (`name`, `name:failed`, `name:retry`), at_us when. Times are
-- Unix microseconds; 0 is "not". path is the hash of the labels without immediate repeats, exact_path of all of them.
-- The flow leads the order: what is asked about one flow in a window of time is one range.
CREATE TABLE transaction_paths
(
    flow LowCardinality(String) CODEC(LZ4),
    started_hour DateTime('UTC') CODEC(LZ4),
    transaction_id FixedString(32) CODEC(LZ4),
    version UInt64 CODEC(LZ4),
    deleted UInt8 CODEC(LZ4),
    status LowCardinality(String) CODEC(LZ4),
    started_us Int64 CODEC(LZ4),
    ended_us Int64 CODEC(LZ4),
    last_us Int64 CODEC(LZ4),
    deadline_us Int64 CODEC(LZ4),
    breached UInt8 CODEC(LZ4),
    labels Array(LowCardinality(String)) CODEC(LZ4),
    at_us Array(Int64) CODEC(LZ4),
    path UInt64 CODEC(LZ4),
    exact_path UInt64 CODEC(LZ4),
    INDEX idx_deadline_us deadline_us TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY (flow, started_hour, transaction_id)
SETTINGS index_granularity = 4096
