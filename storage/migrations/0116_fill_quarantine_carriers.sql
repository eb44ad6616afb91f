-- What was quarantined before this table was: each transaction counts until evidence touches it.
INSERT INTO quarantine_carriers
SELECT q.identity_hash, i.transaction_id, [], 0, 0
FROM (SELECT identity_hash, type, value FROM quarantined_values FINAL) AS q
INNER JOIN
(
    SELECT type, value, transaction_id
    FROM transaction_identifiers FINAL
    WHERE role = 'identity' AND value IN (SELECT value FROM quarantined_values)
) AS i ON i.type = q.type AND i.value = q.value
