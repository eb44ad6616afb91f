-- Children that named a key before a transaction was seen to carry it: they get the parent they have now.
INSERT INTO tick_final
SELECT
    s.* REPLACE (
        a.parent_id AS parent_id, {version:UInt64} AS version, s.revision + 1 AS revision,
        {now:DateTime64(3, 'UTC')} AS updated_at), [], [], []
FROM
(
    SELECT *
    FROM transactions FINAL
    WHERE (started_hour, transaction_id) IN
    (
        SELECT toStartOfHour(fromUnixTimestamp64Micro(started_us, 'UTC')), transaction_id FROM tick_adopted
    )
) AS s
INNER JOIN tick_adopted AS a ON a.transaction_id = s.transaction_id
WHERE s.transaction_id NOT IN (SELECT transaction_id FROM tick_transactions)
