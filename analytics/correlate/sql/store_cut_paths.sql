-- Ways that a tick left which was cut short before it stored their transactions, and that are none now.
INSERT INTO transaction_paths (flow, started_hour, transaction_id, version, deleted)
SELECT flow, started_hour, transaction_id, {version:UInt64}, 1
FROM transaction_paths FINAL
WHERE (started_hour, transaction_id) IN (SELECT started_hour, transaction_id FROM tick_prior WHERE revision = 0)
    AND (flow, started_hour, transaction_id) NOT IN (SELECT flow, started_hour, transaction_id FROM tick_transactions)
