SELECT count() FROM ingest_ledger WHERE stored_at < {moment:DateTime64(3, 'UTC')}
