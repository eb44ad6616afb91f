-- The units of each transaction.
INSERT INTO transaction_units
SELECT transaction_id, arrayJoin(units), [], {version:UInt64}, 0
FROM tick_final
UNITS_LEFT
