-- What stood under another flow, another id or another hour before.
INSERT INTO transaction_paths (flow, started_hour, transaction_id, version, deleted)
SELECT flow, started_hour, transaction_id, {version:UInt64}, 1
FROM tick_prior
WHERE flow != ''
    AND (flow, started_hour, transaction_id) NOT IN (SELECT flow, started_hour, transaction_id FROM tick_transactions)
