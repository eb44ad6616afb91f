-- What is normal of queues: how many messages waited in most of an hour's five minutes. An hour is learned as a whole
-- and replaced as a whole, with the steps of its transactions (`step_durations`).
CREATE TABLE queue_backlogs
(
    broker LowCardinality(String) CODEC(LZ4),
    destination LowCardinality(String) CODEC(LZ4),
    hour DateTime('UTC') CODEC(LZ4),
    waiting Float64 CODEC(LZ4),
    learned_at DateTime64(3, 'UTC') CODEC(LZ4)
)
ENGINE = ReplacingMergeTree(learned_at)
ORDER BY (broker, destination, hour)
TTL hour + INTERVAL 30 DAY
