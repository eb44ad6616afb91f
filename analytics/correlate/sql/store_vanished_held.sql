-- Transactions that are gone, or that the value joins again.
INSERT INTO quarantine_carriers
SELECT identity_hash, transaction_id, [], {version:UInt64}, 1
FROM quarantine_carriers FINAL
WHERE identity_hash IN (SELECT value_hash FROM tick_suspects)
    AND transaction_id IN (SELECT transaction_id FROM tick_prior)
    AND (identity_hash, transaction_id) NOT IN (SELECT value_hash, transaction_id FROM tick_held)
