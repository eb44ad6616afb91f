-- Work of one tick: what the observations of a component say, before a flow is chosen.
-- An occurrence is (step code, time in us, 0 done | 1 error | 2 to be retried, system, reporter).
CREATE TABLE tick_components
(
    component UInt64,
    transaction_id FixedString(32),
    started_us Int64,
    last_us Int64,
    observation_count UInt32,
    untimely UInt8,
    evident UInt8,
    identifiers Array(Tuple(type String, value String, role String)),
    systems Array(LowCardinality(String)),
    occurrences Array(Tuple(UInt32, Int64, UInt8, String, UInt64)),
    explicit_flows Array(LowCardinality(String)),
    roots Array(Tuple(UInt64, Int64, UInt8)),
    units Array(UInt64),
    traces Array(FixedString(16)),
    messages Array(String),
    parents Array(Tuple(LowCardinality(String), String))
)
ENGINE = Memory
