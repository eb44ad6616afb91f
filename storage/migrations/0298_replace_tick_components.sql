-- Work of one tick: what the observations of a component say, with the code of the flow chosen for it.
-- The smallest identity value (key_) and the epoch of its use, else the smallest trace, else the smallest observation
-- give the component its id; part is the smallest part of that trace where the rest of it is another's, else 0. done to attempts go with the milestones of the flow, arrays named seen_ with the steps whose
-- every passage counts; joins are the values that hold its units together; labels and at_us are its way through the
-- milestones of its flow. Times in us, 0 is "not".
CREATE OR REPLACE TABLE tick_components
(
    component UInt64,
    flow_code UInt32,
    key_type String,
    key_value String,
    key_epoch Int64,
    smallest UInt64,
    part UInt64,
    started_us Int64,
    last_us Int64,
    observation_count UInt32,
    untimely UInt8,
    root_failed UInt8,
    identifiers Array(Tuple(type String, value String, role String)),
    systems Array(LowCardinality(String)),
    done Array(Int64),
    done_last Array(Int64),
    broken_at Array(Int64),
    waiting_at Array(Int64),
    done_systems Array(String),
    error_systems Array(String),
    attempts Array(UInt64),
    seen_codes Array(UInt32),
    seen_passes Array(Array(Int64)),
    units Array(UInt64),
    traces Array(FixedString(16)),
    messages Array(String),
    parents Array(Tuple(type String, value String)),
    joins Array(Tuple(type String, value String, units UInt32)),
    labels Array(LowCardinality(String)),
    at_us Array(Int64)
)
ENGINE = Memory
