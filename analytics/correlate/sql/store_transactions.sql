INSERT INTO transactions
SELECT * EXCEPT (labels, at_us, units) FROM tick_final
