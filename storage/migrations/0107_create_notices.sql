-- What a person should know about the data: quarantined values, catalog and source trouble. A notice of the same
-- kind and subject replaces the one before; resolved ones carry their end.
CREATE TABLE notices
(
    id String,
    kind LowCardinality(String),
    subject String,
    detail String,
    at DateTime64(3, 'UTC'),
    ended_at Nullable(DateTime64(3, 'UTC')),
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (kind, id)
