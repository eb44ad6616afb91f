INSERT INTO judgements_waiting
SELECT w.1, w.2, units[1]
FROM tick_transactions
ARRAY JOIN waits AS w
