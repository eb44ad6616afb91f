-- Segments whose evidence is correlated. Entered last in a tick: a tick that was cut short is done again.
CREATE TABLE correlation_progress
(
    segment_id UInt64,
    stored_at DateTime64(3, 'UTC'),
    correlated_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(stored_at)
ORDER BY (stored_at, segment_id)
