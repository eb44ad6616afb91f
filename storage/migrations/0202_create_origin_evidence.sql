-- Work of one tick: all evidence of the transactions in trouble.
CREATE TABLE origin_evidence
(
    transaction_id String,
    status LowCardinality(String),
    started_us Int64,
    until_us Int64,
    kind LowCardinality(String),
    start_us Int64,
    end_us Int64,
    trace_id String,
    span_id String,
    self UInt64,
    above UInt64,
    linked Array(UInt64),
    step UInt64,
    system LowCardinality(String),
    category LowCardinality(String),
    peer_system LowCardinality(String),
    peer_category LowCardinality(String),
    name LowCardinality(String),
    span_kind UInt8,
    milestone LowCardinality(String),
    outcome LowCardinality(String),
    is_error UInt8,
    message String,
    severity_number UInt8,
    source LowCardinality(String),
    event_id String
)
ENGINE = Memory
