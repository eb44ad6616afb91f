-- Points of OTLP gauges.
-- `series` is the hash of everything that tells one time series from another, made once here. An integer is kept in
-- `int_value` too, since a Float64 cannot hold every one; `has_value` is false for a point sent without a value.
CREATE TABLE metric_points_gauge
(
    segment_id UInt64 CODEC(ZSTD(1)),
    received_at DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    start_time DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    service LowCardinality(String) CODEC(LZ4),
    metric LowCardinality(String) CODEC(LZ4),
    description LowCardinality(String) CODEC(LZ4),
    unit LowCardinality(String) CODEC(LZ4),
    metadata Map(LowCardinality(String), String) CODEC(LZ4),
    resource_attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    resource_dropped_attributes_count UInt32 CODEC(LZ4),
    resource_schema_url LowCardinality(String) CODEC(LZ4),
    scope_name LowCardinality(String) CODEC(LZ4),
    scope_version LowCardinality(String) CODEC(LZ4),
    scope_attributes Map(LowCardinality(String), String) CODEC(LZ4),
    scope_dropped_attributes_count UInt32 CODEC(LZ4),
    scope_schema_url LowCardinality(String) CODEC(LZ4),
    attributes Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    series UInt64 CODEC(LZ4),
    flags UInt32 CODEC(LZ4),
    value Float64 CODEC(LZ4),
    int_value Nullable(Int64) CODEC(LZ4),
    has_value Bool CODEC(LZ4),
    `exemplars.time` Array(DateTime64(9, 'UTC')) CODEC(LZ4),
    `exemplars.value` Array(Float64) CODEC(LZ4),
    `exemplars.int_value` Array(Nullable(Int64)) CODEC(LZ4),
    `exemplars.trace_id` Array(FixedString(16)) CODEC(LZ4),
    `exemplars.span_id` Array(FixedString(8)) CODEC(LZ4),
    `exemplars.attributes` Array(Map(LowCardinality(String), String)) CODEC(LZ4),
    INDEX idx_segment_id segment_id TYPE minmax GRANULARITY 1,
    INDEX idx_time time TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(received_at)
ORDER BY (service, metric, toStartOfHour(time), series, time)
SETTINGS
    fsync_after_insert = 1,
    fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1,
    min_rows_for_wide_part = 1000000,
    min_bytes_for_wide_part = 268435456,
    merge_selector_base = 16,
    ttl_only_drop_parts = 1
