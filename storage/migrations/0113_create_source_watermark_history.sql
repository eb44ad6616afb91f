-- What is known of every declared source, one row a judgement; read it through source_watermarks.
CREATE TABLE source_watermark_history
(
    source LowCardinality(String),
    watermark DateTime64(3, 'UTC'),
    last_event_at Nullable(DateTime64(3, 'UTC')),
    last_received_at Nullable(DateTime64(3, 'UTC')),
    blind UInt8,
    blind_since Nullable(DateTime64(3, 'UTC')),
    declared UInt8,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY source
