-- The traces of a flow's transactions in either time; the newest, when there are too many to name.
SELECT DISTINCT value AS trace
FROM identifier_index
WHERE type = 'trace' AND transaction_id IN
(
    SELECT transaction_id FROM transactions_current
    WHERE flow = {flow:String}
        AND last_at >= least({since:DateTime64(6, 'UTC')}, {baseline_since:DateTime64(6, 'UTC')})
        AND started_at < greatest({until:DateTime64(6, 'UTC')}, {baseline_until:DateTime64(6, 'UTC')})
    ORDER BY started_at DESC
    LIMIT 20000
)
