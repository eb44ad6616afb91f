-- Children stored under another parent than they have now: the one that carries their key and is nearest to them in time,
-- or one made of them where the key has just turned out not to be followed.
INSERT INTO tick_adopted
SELECT
    c.parent_type, c.parent_value, c.transaction_id,
    if(empty(k.holders), lower(hex(sipHash128('parent', toString(c.parent_type), c.parent_value))),
        arraySort(h -> (greatest(h.1 - c.started_us, c.started_us - h.2, 0), h.3), k.holders)[1].3) AS holder,
    c.started_us
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
    SELECT i.type AS type, i.value AS value, groupArray((started_us, last_us, toString(transaction_id))) AS holders
    FROM tick_transactions ARRAY JOIN identifiers AS i
    WHERE i.role = 'identity' AND sipHash64(i.type, i.value) NOT IN (SELECT identity_hash FROM tick_excluded)
    GROUP BY type, value
    UNION ALL
    SELECT type, value, [] FROM tick_quarantine WHERE quarantined
) AS k ON k.type = c.parent_type AND k.value = c.parent_value
WHERE c.parent_id != holder AND holder != toString(c.transaction_id)
