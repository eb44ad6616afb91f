-- Work of one tick: children whose parent turned up after them.
CREATE TABLE tick_adopted
(
    parent_type LowCardinality(String),
    parent_value String,
    transaction_id FixedString(32),
    parent_id String,
    started_us Int64
)
ENGINE = Memory
