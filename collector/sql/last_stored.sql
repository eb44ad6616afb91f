SELECT toUnixTimestamp64Milli(max(stored_at)) FROM ingest_ledger
