-- Work of one tick: label propagation. Every group of a component ends with the smallest label of it.
CREATE TABLE tick_labels
(
    group_id UInt64,
    node UInt64,
    label UInt64
)
ENGINE = Memory
