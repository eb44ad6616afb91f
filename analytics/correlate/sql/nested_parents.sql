-- Who is a parent and has one: only these can be in a ring.
SELECT toString(transaction_id) AS child, parent_id AS parent
FROM tick_parents
WHERE parent_id IN (SELECT toString(transaction_id) FROM tick_parents)
    AND toString(transaction_id) IN (SELECT parent_id FROM tick_parents)
