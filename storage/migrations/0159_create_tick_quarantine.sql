-- Work of one tick: values that more units carry than their type allows transactions, and the judgement on them.
CREATE TABLE tick_quarantine
(
    identity_hash UInt64,
    type LowCardinality(String),
    value String,
    transactions UInt64,
    quarantined UInt8,
    was_quarantined UInt8
)
ENGINE = Memory
