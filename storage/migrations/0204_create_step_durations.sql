-- What is normal: how long a step takes by itself and how long its messages wait, per flow, system, operation and hour
-- in which transactions started, as states of quantiles. Only transactions completed in time are learned from, so what
-- fails or hangs does not become normal. An hour is learned as a whole and replaced as a whole: learning it again,
-- after a crash or when a late transaction of it completes, counts nothing twice. A row of no flow says it was learned.
CREATE TABLE step_durations
(
    flow LowCardinality(String) CODEC(LZ4),
    system LowCardinality(String) CODEC(LZ4),
    operation LowCardinality(String) CODEC(LZ4),
    kind Enum8('work' = 1, 'queue' = 2) CODEC(LZ4),
    hour DateTime('UTC') CODEC(LZ4),
    runs UInt64 CODEC(LZ4),
    durations_ms AggregateFunction(quantilesTDigest(0.5, 0.95), Float64) CODEC(ZSTD(1)),
    learned_at DateTime64(3, 'UTC') CODEC(LZ4)
)
ENGINE = ReplacingMergeTree(learned_at)
ORDER BY (flow, system, operation, kind, hour)
TTL hour + INTERVAL 30 DAY
