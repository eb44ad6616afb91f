INSERT INTO tick_excluded
SELECT identity_hash FROM quarantined_values FINAL WHERE identity_hash NOT IN (SELECT identity_hash FROM tick_quarantine)
UNION ALL
SELECT identity_hash FROM tick_quarantine WHERE quarantined
