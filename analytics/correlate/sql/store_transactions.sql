INSERT INTO transactions
SELECT * FROM tick_final
