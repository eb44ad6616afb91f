-- Work of one tick: the transactions of the closed set as they were stored.
CREATE OR REPLACE TABLE tick_prior
(
    transaction_id FixedString(32),
    started_hour DateTime('UTC'),
    units Array(UInt64),
    revision UInt32,
    content_hash UInt64,
    flow LowCardinality(String),
    tier UInt8,
    started_at DateTime64(6, 'UTC'),
    ended_at Nullable(DateTime64(6, 'UTC')),
    deadline_at Nullable(DateTime64(6, 'UTC')),
    breached UInt8,
    parent_type LowCardinality(String),
    parent_value String,
    child_hash UInt64,
    verdicts Array(Tuple(rule String, verdict String, event_at DateTime64(6, 'UTC'))),
    known_ids Array(String),
    known_at DateTime64(3, 'UTC')
)
ENGINE = Memory
