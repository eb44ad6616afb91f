ALTER TABLE verdicts
DELETE WHERE decided_at > {finished_at:DateTime64(3, 'UTC')}
    AND (transaction_id, revision) NOT IN
        (SELECT transaction_id, revision FROM transactions WHERE updated_at > {finished_at:DateTime64(3, 'UTC')})
SETTINGS mutations_sync = 1
