-- Children stored under another parent than the one that carries their key now.
INSERT INTO tick_adopted
SELECT c.parent_type, c.parent_value, c.transaction_id, k.parent_id, c.started_us
FROM
(
    SELECT *
    FROM transaction_children FINAL
    WHERE (parent_type, parent_value) IN
    (
        SELECT i.type, i.value FROM tick_transactions ARRAY JOIN identifiers AS i WHERE i.role = 'identity'
    )
) AS c
INNER JOIN
(
    SELECT i.type AS type, i.value AS value, min(toString(transaction_id)) AS parent_id
    FROM tick_transactions ARRAY JOIN identifiers AS i
    WHERE i.role = 'identity'
    GROUP BY type, value
) AS k ON k.type = c.parent_type AND k.value = c.parent_value
WHERE c.parent_id != k.parent_id AND k.parent_id != toString(c.transaction_id)
