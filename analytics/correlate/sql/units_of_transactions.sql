-- The units of the stored transactions that the units of one round were last seen in.
SELECT DISTINCT unit_id
FROM transaction_units
WHERE transaction_id IN
(
    SELECT transaction_id
    FROM unit_transactions
    WHERE unit_id IN (SELECT unit_id FROM tick_units WHERE round = {round:UInt16})
)
