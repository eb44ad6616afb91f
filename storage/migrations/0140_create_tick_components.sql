-- Work of one tick: what the observations of a component say, before a flow is chosen.
-- Arrays named seen_ go with the steps seen; times in us, 0 is "not".
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
    seen_codes Array(UInt32),
    seen_done Array(Int64),
    seen_done_last Array(Int64),
    seen_error Array(Int64),
    seen_waiting Array(Int64),
    seen_done_systems Array(String),
    seen_error_systems Array(String),
    seen_attempts Array(UInt64),
    seen_passes Array(Array(Int64)),
    explicit_flows Array(LowCardinality(String)),
    roots Array(Tuple(UInt64, Int64, UInt8)),
    units Array(UInt64),
    traces Array(FixedString(16)),
    messages Array(String),
    parents Array(Tuple(LowCardinality(String), String))
)
ENGINE = Memory
