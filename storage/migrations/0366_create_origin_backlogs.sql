-- Work of one tick: how many messages waited in the queues of its brokers at most and how many consumers there were, by
-- five minutes, with how many usually wait at that hour of the day and of how many hours that is known. No number of
-- consumers was told where it is -1.
CREATE TABLE origin_backlogs
(
    broker LowCardinality(String),
    destination LowCardinality(String),
    at DateTime('UTC'),
    waiting Float64,
    consumers Float64,
    usual Float64,
    known_hours UInt32
)
ENGINE = Memory
