-- How the children stand of the transactions of the tick, and of parents that are nothing but their children. Where the
-- trouble of a parent starts, its failed child with the clearest origin says, or a stuck one where none failed.
INSERT INTO tick_children
WITH keys AS
(
    SELECT '' AS type, toString(transaction_id) AS value, toString(transaction_id) AS parent_id FROM tick_transactions
    UNION ALL
    SELECT i.type, i.value, toString(transaction_id) FROM tick_transactions ARRAY JOIN identifiers AS i
    WHERE i.role = 'identity'
    UNION ALL
    SELECT parent_type, parent_value, parent_id FROM tick_parents WHERE parent_type != ''
)
SELECT
    k.parent_id,
    count(),
    countIf(c.status IN ('completed', 'completed_late')),
    countIf(c.status = 'failed'),
    countIf(c.status = 'unknown'),
    max(c.ended_us),
    argMaxIf(c.origin, (c.status = 'failed', c.origin.confidence, c.origin.category, c.origin.system, c.transaction_id),
        c.status IN ('failed', 'stuck') AND c.origin.category != '')
FROM
(
    SELECT *
    FROM transaction_children FINAL
    WHERE (parent_type, parent_value) IN (SELECT type, value FROM keys)
) AS c
INNER JOIN (SELECT DISTINCT * FROM keys) AS k ON k.type = c.parent_type AND k.value = c.parent_value
GROUP BY k.parent_id
