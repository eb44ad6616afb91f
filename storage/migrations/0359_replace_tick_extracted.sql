-- Work of one tick: what the new segments hold, before the catalog's patterns are matched. signature stands for
-- (explicit_system, service, flow, milestone, extras): patterns are matched once per distinct signature.
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
    severity_number UInt8,
    identifiers Array(Tuple(type LowCardinality(String), value String, role Enum8('identity' = 1, 'reference' = 2))),
    identity_hashes Array(UInt64),
    identity_gaps_s Array(UInt32),
    untimely UInt8,
    details Map(String, String)
)
ENGINE = Memory
