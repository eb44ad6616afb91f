INSERT INTO edges
SELECT t.transaction_id, e.type, e.value, e.units, e.observations, {version:UInt64}, 0
FROM
(
    SELECT if(m.component = 0, p.group_id, m.component) AS component, p.type AS type, p.value AS value,
        uniqExact(p.group_id) AS units, count() AS observations
    FROM tick_pairs AS p
    LEFT JOIN tick_members AS m ON m.group_id = p.group_id
    GROUP BY component, type, value
    HAVING units > 1
) AS e
INNER JOIN tick_transactions AS t ON t.component = e.component
WHERE t.transaction_id IN (SELECT transaction_id FROM tick_final)
