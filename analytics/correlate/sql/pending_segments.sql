-- Stored segments that are not correlated yet, oldest first. Rows of one flush share stored_at, and the last tick may
-- have been cut short, so the look goes back a little and leaves out what is done.
SELECT segment_id, signal, rows, stored_at, received_at
FROM ingest_ledger
WHERE stored_at >= {since:DateTime64(3, 'UTC')}
    AND signal IN ('traces', 'logs', 'events')
    AND segment_id NOT IN
    (
        SELECT segment_id FROM correlation_progress WHERE stored_at >= {since:DateTime64(3, 'UTC')}
    )
ORDER BY stored_at, segment_id
LIMIT {most:UInt32}
