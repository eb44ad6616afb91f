-- How many rows there are to correlate, and how many are.
SELECT
    sum(rows) AS total,
    sumIf(rows, segment_id IN (SELECT segment_id FROM correlation_progress)) AS done
FROM ingest_ledger
WHERE signal IN ('traces', 'logs', 'events')
