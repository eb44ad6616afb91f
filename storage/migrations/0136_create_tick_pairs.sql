-- Work of one tick: group and identity value within one epoch of it; epoch is where the value's use began, in gaps.
CREATE TABLE tick_pairs
(
    group_id UInt64,
    node UInt64,
    type LowCardinality(String),
    value String,
    epoch Int64
)
ENGINE = Memory
