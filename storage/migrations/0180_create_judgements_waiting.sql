-- Open transactions that a promising source has to be heard past, or to be found blind for, before they are judged. A
-- row counts while the watermark has not passed until_us; older ones are stale and harmless.
CREATE TABLE judgements_waiting
(
    system LowCardinality(String) CODEC(LZ4),
    until_us Int64 CODEC(LZ4),
    unit_id UInt64 CODEC(LZ4)
)
ENGINE = ReplacingMergeTree
ORDER BY (system, until_us, unit_id)
SETTINGS index_granularity = 1024
