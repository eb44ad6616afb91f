INSERT INTO transactions
SELECT * EXCEPT (labels, at_us) FROM tick_final
