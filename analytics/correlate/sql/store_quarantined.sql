INSERT INTO quarantined_values
SELECT identity_hash, type, value, transactions, {version:UInt64}, NOT quarantined
FROM tick_quarantine
WHERE quarantined != was_quarantined
