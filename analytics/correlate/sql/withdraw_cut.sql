ALTER TABLE verdicts
DELETE WHERE decided_at > fromUnixTimestamp64Milli({finished_ms:Int64}, 'UTC')
    AND (transaction_id, revision) NOT IN
        (SELECT transaction_id, revision FROM transactions WHERE updated_at > fromUnixTimestamp64Milli({finished_ms:Int64}, 'UTC'))
SETTINGS mutations_sync = 1
