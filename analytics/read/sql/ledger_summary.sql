SELECT
    uniqExact(segment_id) AS segments,
    maxOrNull(max_time) AS max_time,
    maxOrNull(stored_at) AS stored_at
FROM ingest_ledger
