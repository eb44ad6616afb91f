-- Business events, normalised from CloudEvents, webhooks and imports, one row an event.
-- An event is one by (source, id); one that was sent twice may be here twice.
-- `attributes` holds the extensions and the scalar leaves of `data`, under their dotted path and under the bare leaf key.
CREATE TABLE events
(
    segment_id UInt64 CODEC(ZSTD(1)),
    received_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    source String CODEC(LZ4),
    id String CODEC(ZSTD(1)),
    type LowCardinality(String) CODEC(LZ4),
    subject String CODEC(ZSTD(1)),
    correlation_id String CODEC(ZSTD(1)),
    flow LowCardinality(String) CODEC(LZ4),
    milestone LowCardinality(String) CODEC(LZ4),
    outcome LowCardinality(String) CODEC(LZ4),
    system LowCardinality(String) CODEC(LZ4),
    data String CODEC(ZSTD(1)),
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    parent_type LowCardinality(String) CODEC(LZ4),
    parent_id String CODEC(ZSTD(1)),
    INDEX idx_segment_id segment_id TYPE minmax GRANULARITY 1,
    INDEX idx_id id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_correlation_id correlation_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (toStartOfFiveMinutes(time), system, time)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_rows_for_wide_part = 1000000,
    min_bytes_for_wide_part = 268435456,
    merge_selector_base = 16,
    ttl_only_drop_parts = 1
