-- Log records as they came, one row a record (OTLP LogRecord).
-- `time` is the record's time, else its observed time, else the time of receipt; `observed_time` is 1970 when not sent.
-- `content_hash` is the same for records that are equal in everything a client sends.
CREATE TABLE logs
(
    segment_id UInt64 CODEC(ZSTD(1)),
    received_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    observed_time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    trace_id FixedString(16) CODEC(ZSTD(1)),
    span_id FixedString(8) CODEC(LZ4),
    flags UInt32 CODEC(LZ4),
    severity_number UInt8 CODEC(LZ4),
    severity_text LowCardinality(String) CODEC(LZ4),
    service LowCardinality(String) CODEC(LZ4),
    body String CODEC(ZSTD(1)),
    event_name LowCardinality(String) CODEC(LZ4),
    correlation_id String CODEC(ZSTD(1)),
    content_hash UInt64 CODEC(NONE),
    resource_attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    resource_dropped_attributes_count UInt32 CODEC(LZ4),
    resource_schema_url LowCardinality(String) CODEC(LZ4),
    scope_name LowCardinality(String) CODEC(LZ4),
    scope_version LowCardinality(String) CODEC(LZ4),
    scope_attributes Map(LowCardinality(String), String) CODEC(LZ4),
    scope_dropped_attributes_count UInt32 CODEC(LZ4),
    scope_schema_url LowCardinality(String) CODEC(LZ4),
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    dropped_attributes_count UInt32 CODEC(LZ4),
    INDEX idx_segment_id segment_id TYPE minmax GRANULARITY 1,
    INDEX idx_trace_id trace_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_trace_id_hex lower(hex(trace_id)) TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX idx_correlation_id correlation_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(received_at)
ORDER BY (toStartOfFiveMinutes(time), service, severity_number, time)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_rows_for_wide_part = 300000,
    min_bytes_for_wide_part = 10485760,
    merge_selector_base = 16,
    ttl_only_drop_parts = 1
