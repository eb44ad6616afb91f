-- Work of one tick: which groups carry an identity value, and when.
CREATE TABLE tick_carriers
(
    value_hash UInt64,
    group_id UInt64,
    type LowCardinality(String),
    value String,
    first_us Int64,
    last_us Int64,
    gap_us Int64
)
ENGINE = Memory
