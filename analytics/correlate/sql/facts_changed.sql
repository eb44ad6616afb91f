-- How many new versions reports count as something else than before.
SELECT count() AS changed
FROM tick_final AS f
INNER JOIN tick_prior AS p ON p.transaction_id = f.transaction_id
WHERE CHANGED
