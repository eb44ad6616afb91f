-- What is normal to be logged: in how many runs of a step (a span of an operation of a system) each log template was
-- written, per flow and hour, from transactions that completed in time. Template 0 counts the runs themselves.
CREATE TABLE step_templates
(
    flow LowCardinality(String) CODEC(LZ4),
    system LowCardinality(String) CODEC(LZ4),
    operation LowCardinality(String) CODEC(LZ4),
    template UInt64 CODEC(LZ4),
    hour DateTime('UTC') CODEC(LZ4),
    text String CODEC(ZSTD(1)),
    runs UInt64 CODEC(LZ4),
    learned_at DateTime64(3, 'UTC') CODEC(LZ4)
)
ENGINE = ReplacingMergeTree(learned_at)
ORDER BY (flow, system, operation, template, hour)
TTL hour + INTERVAL 30 DAY
