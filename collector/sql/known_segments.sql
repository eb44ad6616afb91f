SELECT segment_id FROM ingest_ledger WHERE segment_id IN {segment_ids:Array(UInt64)}
