-- When a transaction started, by the primary keys of its units.
SELECT max(started_hour) AS started_hour
FROM unit_transactions FINAL
WHERE unit_id IN {units:Array(UInt64)} AND transaction_id = {id:FixedString(32)}
HAVING count() > 0
