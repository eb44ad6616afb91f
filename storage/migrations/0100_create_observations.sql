-- Evidence, one row a span, log record or business event that can take part in a transaction. A unit is what arrives
-- bound together: a trace, or a single observation without one. Copies of an observation that differ are all kept:
-- readers take the one that ends latest, then the greater content hash, and the identifiers of every copy.
-- The order puts a unit together, since a tick reads the whole units it touches.
CREATE TABLE observations
(
    unit_id UInt64 CODEC(LZ4),
    observation_id UInt64 CODEC(NONE),
    content_hash UInt64 CODEC(NONE),
    segment_id UInt64 CODEC(LZ4),
    kind Enum8('span' = 1, 'log' = 2, 'event' = 3) CODEC(LZ4),
    at DateTime64(9, 'UTC') CODEC(LZ4),
    end_at DateTime64(9, 'UTC') CODEC(LZ4),
    trace_id FixedString(16) CODEC(LZ4),
    span_id FixedString(8) CODEC(LZ4),
    parent_span_id FixedString(8) CODEC(LZ4),
    system LowCardinality(String) CODEC(LZ4),
    category LowCardinality(String) CODEC(LZ4),
    service LowCardinality(String) CODEC(LZ4),
    peer_system LowCardinality(String) CODEC(LZ4),
    peer_category LowCardinality(String) CODEC(LZ4),
    name LowCardinality(String) CODEC(LZ4),
    span_kind UInt8 CODEC(LZ4),
    flow LowCardinality(String) CODEC(LZ4),
    milestone LowCardinality(String) CODEC(LZ4),
    steps Array(LowCardinality(String)) CODEC(LZ4),
    outcome LowCardinality(String) CODEC(LZ4),
    is_error UInt8 CODEC(LZ4),
    status_message String CODEC(LZ4),
    exception_type LowCardinality(String) CODEC(LZ4),
    exception_message String CODEC(LZ4),
    severity_number UInt8 CODEC(LZ4),
    body String CODEC(LZ4),
    source LowCardinality(String) CODEC(LZ4),
    event_id String CODEC(LZ4),
    identifiers Array(Tuple(type LowCardinality(String), value String, role LowCardinality(String))) CODEC(LZ4),
    identity_hashes Array(UInt64) CODEC(LZ4),
    identity_gaps_s Array(UInt32) CODEC(LZ4),
    correlation_hashes Array(UInt64) CODEC(LZ4),
    hop_hashes Array(UInt64) CODEC(LZ4),
    links Array(Tuple(trace_id FixedString(16), span_id FixedString(8))) CODEC(LZ4),
    linked_units Array(UInt64) CODEC(LZ4),
    parent_type LowCardinality(String) CODEC(LZ4),
    parent_value String CODEC(LZ4),
    untimely UInt8 CODEC(LZ4)
)
ENGINE = ReplacingMergeTree
ORDER BY (unit_id, observation_id, content_hash)
SETTINGS index_granularity = 1024, min_bytes_for_wide_part = 1000000000000
