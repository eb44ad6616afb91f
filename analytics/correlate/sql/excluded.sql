INSERT INTO tick_excluded
SELECT identity_hash FROM quarantined_values FINAL WHERE identity_hash NOT IN {followed:Array(UInt64)}
