-- Work of one tick: the transactions of the closed set as they were stored.
CREATE TABLE tick_prior
(
    transaction_id FixedString(32),
    started_hour DateTime('UTC'),
    units Array(UInt64),
    revision UInt32,
    content_hash UInt64,
    flow LowCardinality(String),
    tier UInt8,
    parent_type LowCardinality(String),
    parent_value String,
    child_hash UInt64,
    verdicts Array(Tuple(rule String, verdict String, event_at DateTime64(6, 'UTC'))),
    known_ids Array(String)
)
ENGINE = Memory
