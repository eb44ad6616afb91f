-- Segments stored since a moment that are not correlated yet, oldest first.
SELECT segment_id, signal, rows, stored_at, received_at
FROM ingest_ledger
WHERE stored_at >= {since:DateTime64(3, 'UTC')}
    AND signal IN ('traces', 'logs', 'events')
    AND segment_id NOT IN
    (
        SELECT segment_id FROM correlation_progress WHERE stored_at >= {since:DateTime64(3, 'UTC')}
    )
ORDER BY stored_at, segment_id
LIMIT 1 BY segment_id
LIMIT {most:UInt32}
