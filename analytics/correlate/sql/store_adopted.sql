INSERT INTO transaction_children
SELECT c.* REPLACE (a.parent_id AS parent_id, {version:UInt64} AS version)
FROM
(
    SELECT *
    FROM transaction_children FINAL
    WHERE (parent_type, parent_value, transaction_id) IN
        (SELECT parent_type, parent_value, transaction_id FROM tick_adopted)
) AS c
INNER JOIN tick_adopted AS a ON a.transaction_id = c.transaction_id AND a.parent_type = c.parent_type
    AND a.parent_value = c.parent_value
