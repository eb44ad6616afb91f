-- Work of one tick: transactions as they are now, before they are compared with what is stored. Times in microseconds
-- (_us): 0 is "not". A transaction is named by the smallest identity value (key_) and the epoch of its use, else by its
-- smallest trace, else by its smallest observation; part is the smallest part of that trace where the rest of it is
-- another's, else 0.
CREATE OR REPLACE TABLE tick_transactions
(
    component UInt64,
    key_type String EPHEMERAL,
    key_value String EPHEMERAL,
    key_epoch Int64 EPHEMERAL,
    smallest UInt64 EPHEMERAL,
    part UInt64 EPHEMERAL,
    transaction_id FixedString(32) DEFAULT lower(hex(multiIf(
        key_type != '', sipHash128('identity', key_type, key_value, key_epoch),
        notEmpty(traces) AND part = 0, sipHash128('trace', arrayMin(traces)),
        notEmpty(traces), sipHash128('trace', arrayMin(traces), part),
        sipHash128('observation', smallest)))),
    flow LowCardinality(String),
    tier UInt8,
    status LowCardinality(String),
    started_us Int64,
    ended_us Int64,
    last_us Int64,
    identifiers Array(Tuple(type String, value String, role String)),
    milestones Array(Tuple(
        name String,
        status String,
        at Nullable(DateTime64(6, 'UTC')),
        due_at Nullable(DateTime64(6, 'UTC')),
        system String,
        elapsed_ms Nullable(Float64),
        attempts UInt16
    )),
    current_milestone LowCardinality(String),
    next_milestone LowCardinality(String),
    next_due_us Int64,
    failed_milestone LowCardinality(String),
    failed_system LowCardinality(String),
    missing_milestone LowCardinality(String),
    missing_system LowCardinality(String),
    systems Array(LowCardinality(String)),
    deadline_us Int64,
    breached UInt8,
    judged UInt8,
    next_judge_us Int64,
    verdicts Array(Tuple(rule String, verdict String, event_at DateTime64(6, 'UTC'))),
    observation_count UInt32,
    untimely UInt8,
    units Array(UInt64),
    traces Array(FixedString(16)),
    messages Array(String),
    parents Array(Tuple(type String, value String)),
    waits Array(Tuple(system LowCardinality(String), until_us Int64)),
    joins Array(Tuple(type String, value String, units UInt32)),
    labels Array(LowCardinality(String)),
    at_us Array(Int64),
    started_hour DateTime('UTC') MATERIALIZED toStartOfHour(fromUnixTimestamp64Micro(started_us, 'UTC'))
)
ENGINE = Memory
