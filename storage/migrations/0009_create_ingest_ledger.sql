-- One row a segment that is stored and whose rows were counted. Correlation reads only what stands here.
-- min_time and max_time are event times. Rows are entered in the order of storing: read on from the last stored_at.
CREATE TABLE ingest_ledger
(
    segment_id UInt64,
    source LowCardinality(String),
    signal LowCardinality(String),
    rows UInt64,
    bytes UInt64,
    min_time DateTime64(9, 'UTC'),
    max_time DateTime64(9, 'UTC'),
    received_at DateTime64(3, 'UTC'),
    stored_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(stored_at)
ORDER BY (stored_at, segment_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1
