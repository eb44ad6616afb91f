-- Work of one tick: values of the closed set that more groups carry than their type allows, and quarantined ones.
CREATE TABLE tick_suspects
(
    value_hash UInt64,
    type LowCardinality(String),
    value String,
    most UInt32
)
ENGINE = Memory
