-- How the children stand of the transactions of the tick. A value that is not followed is no key that one of them holds. Of several that carry a key, each in a use of its own, a child
-- is of the one it is nearest to in time. Where the trouble of a parent starts, its failed child with the clearest origin
-- says, or a stuck one where none failed.
INSERT INTO tick_children
WITH keys AS
(
    SELECT '' AS type, toString(transaction_id) AS value, [(started_us, last_us, toString(transaction_id))] AS holders
    FROM tick_transactions
    UNION ALL
    SELECT i.type AS type, i.value AS value, groupArray((started_us, last_us, toString(transaction_id)))
    FROM tick_transactions
    ARRAY JOIN identifiers AS i
    WHERE i.role = 'identity' AND sipHash64(i.type, i.value) NOT IN (SELECT identity_hash FROM tick_excluded)
    GROUP BY type, value
)
SELECT
    arraySort(h -> (greatest(h.1 - c.started_us, c.started_us - h.2, 0), h.3), k.holders)[1].3 AS parent,
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
INNER JOIN keys AS k ON k.type = c.parent_type AND k.value = c.parent_value
GROUP BY parent
