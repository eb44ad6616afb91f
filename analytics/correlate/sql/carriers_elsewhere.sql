-- The same of what is stored and not part of this tick. Ids of transactions are hashes, so those below one are a sample.
SELECT identity_hash AS value_hash, others, count() AS transactions
FROM quarantine_carriers FINAL
WHERE identity_hash IN {values:Array(UInt64)} AND transaction_id < {below:String}
    AND transaction_id NOT IN
    (
        SELECT transaction_id
        FROM unit_transactions FINAL
        WHERE unit_id IN (SELECT unit_id FROM tick_units)
    )
GROUP BY value_hash, others
