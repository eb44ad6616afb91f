SELECT
    uniqExact(segment_id) AS segments,
    -- a clock that runs ahead does not make anything complete in the future
    maxOrNull(least(ingest_ledger.max_time, toDateTime64(ingest_ledger.stored_at, 9, 'UTC'))) AS max_time,
    maxOrNull(stored_at) AS stored_at
FROM ingest_ledger
