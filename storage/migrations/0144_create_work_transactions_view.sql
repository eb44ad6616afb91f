-- What the search for origins reads of the transactions of a tick.
CREATE VIEW work_transactions AS
SELECT
    toString(transaction_id) AS transaction_id, flow, tier, status,
    fromUnixTimestamp64Micro(started_us, 'UTC') AS started_at,
    if(ended_us = 0, NULL, fromUnixTimestamp64Micro(ended_us, 'UTC')) AS ended_at,
    fromUnixTimestamp64Micro(last_us, 'UTC') AS last_at,
    breached,
    if(deadline_us = 0, NULL, fromUnixTimestamp64Micro(deadline_us, 'UTC')) AS deadline_at,
    failed_milestone, failed_system, missing_milestone, missing_system, current_milestone
FROM tick_transactions
