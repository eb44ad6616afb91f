INSERT INTO quarantine_carriers
SELECT value_hash, transaction_id, others, {version:UInt64}, 0 FROM tick_held
