-- Work of one tick: what the new segments hold, before the catalog's patterns are matched. signature stands for
-- (explicit_system, service, flow, milestone, extras): patterns are matched once per distinct signature. (Hashes of
-- correlation ids alone were never read; the column of observations stays empty.)
CREATE OR REPLACE TABLE tick_extracted
(
    unit_id UInt64,
    observation_id UInt64,
    content_hash UInt64,
    segment_id UInt64,
    kind Enum8('span' = 1, 'log' = 2, 'event' = 3),
    at DateTime64(9, 'UTC'),
    end_at DateTime64(9, 'UTC'),
    trace_id FixedString(16),
    span_id FixedString(8),
    parent_span_id FixedString(8),
    explicit_system LowCardinality(String),
    service LowCardinality(String),
    peer LowCardinality(String),
    name LowCardinality(String),
    span_kind UInt8,
    flow LowCardinality(String),
    milestone LowCardinality(String),
    extras Array(String),
    signature UInt64,
    outcome LowCardinality(String),
    is_error UInt8,
    status_message String,
    exception_type LowCardinality(String),
    exception_message String,
    severity_number UInt8,
    body String,
    source LowCardinality(String),
    event_id String,
    identifiers Array(Tuple(type LowCardinality(String), value String, role LowCardinality(String))),
    identity_hashes Array(UInt64),
    identity_gaps_s Array(UInt32),
    hop_hashes Array(UInt64),
    links Array(Tuple(trace_id FixedString(16), span_id FixedString(8))),
    linked_units Array(UInt64),
    parent_type LowCardinality(String),
    parent_value String,
    untimely UInt8
)
ENGINE = Memory
