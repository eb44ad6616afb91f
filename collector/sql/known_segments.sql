SELECT segment_id, rows FROM ingest_ledger WHERE segment_id IN {segment_ids:Array(UInt64)}
