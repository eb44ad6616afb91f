-- Verdicts of a tick that was cut short before it stored the transactions they are about.
SELECT count() > 0 AS cut
FROM verdicts
WHERE decided_at > fromUnixTimestamp64Milli({finished_ms:Int64}, 'UTC')
    AND (transaction_id, revision) NOT IN
        (SELECT transaction_id, revision FROM transactions WHERE updated_at > fromUnixTimestamp64Milli({finished_ms:Int64}, 'UTC'))
