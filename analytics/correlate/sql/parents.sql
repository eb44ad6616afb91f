-- By the trace: a part belongs to the shared context if that called one of its uppermost spans, else to the part that did.
-- By business key: the transaction that carries the key as its own, of several the nearest in time, else one made of its
-- children; also where the key is not followed, since a tick does not know all that carry it.
INSERT INTO tick_parents
WITH
    components AS
    (
        SELECT group_id, any(if(m.component = 0, o.group_id, m.component)) AS component
        FROM (SELECT DISTINCT group_id FROM tick_observations) AS o
        LEFT JOIN tick_members AS m ON o.group_id = m.group_id
        GROUP BY group_id
    )
SELECT transaction_id, any(type), any(value), any(parent)
FROM
(
    SELECT transaction_id, type, value, parent, place
    FROM
    (
        SELECT
            t.transaction_id AS transaction_id, '' AS type, toString(p.transaction_id) AS value, toString(p.transaction_id) AS parent,
            1 AS place
        FROM
        (
            SELECT child_group, if(max(caller = unit_id), any(unit_id), min(caller)) AS parent_group
            FROM
            (
                SELECT f.unit_id AS unit_id, f.group_id AS child_group, if(u.group_id = 0, f.unit_id, u.group_id) AS caller
                FROM tick_fragments AS f
                LEFT JOIN tick_fragments AS u ON f.unit_id = u.unit_id AND f.parent_span_id = u.span_id
                WHERE f.group_id != f.unit_id AND caller != child_group
            )
            GROUP BY child_group
        ) AS g
        INNER JOIN components AS a ON a.group_id = g.child_group
        INNER JOIN components AS b ON b.group_id = g.parent_group
        INNER JOIN tick_transactions AS t ON t.component = a.component
        INNER JOIN tick_transactions AS p ON p.component = b.component
        WHERE t.transaction_id != p.transaction_id
        UNION ALL
        SELECT
            t.transaction_id, t.parents[1].1 AS type, t.parents[1].2 AS value,
            if(empty(k.holders), lower(hex(sipHash128('parent', toString(type), value))),
                arraySort(h -> (greatest(h.1 - t.started_us, t.started_us - h.2, 0), h.3), k.holders)[1].3) AS parent,
            0 AS place
        FROM tick_transactions AS t
        LEFT JOIN
        (
            SELECT i.type AS held_type, i.value AS held_value,
                groupArray((started_us, last_us, toString(transaction_id))) AS holders
            FROM tick_transactions
            ARRAY JOIN identifiers AS i
            WHERE i.role = 'identity' AND sipHash64(i.type, i.value) NOT IN (SELECT identity_hash FROM tick_excluded)
            GROUP BY held_type, held_value
        ) AS k ON k.held_type = t.parents[1].1 AND k.held_value = t.parents[1].2
        WHERE notEmpty(t.parents) AND parent != toString(t.transaction_id)
    )
    ORDER BY transaction_id, place, parent
    LIMIT 1 BY transaction_id
)
GROUP BY transaction_id
