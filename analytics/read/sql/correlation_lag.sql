SELECT
    ticked_at,
    greatest(0, dateDiff('millisecond', ticked_at, (SELECT max(stored_at) FROM ingest_ledger))) AS behind_ms
FROM correlate_progress
