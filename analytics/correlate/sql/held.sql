INSERT INTO tick_held
SELECT s.value_hash, t.transaction_id, s.others
FROM
(
    SELECT
        c.value_hash AS value_hash, if(m.component = 0, c.group_id, m.component) AS component,
        arraySort(groupUniqArrayArray(c.others)) AS others
    FROM tick_carried AS c
    LEFT JOIN tick_members AS m ON c.group_id = m.group_id
    WHERE c.value_hash IN (SELECT identity_hash FROM tick_excluded)
    GROUP BY value_hash, component
) AS s
INNER JOIN tick_transactions AS t ON t.component = s.component
WHERE t.component IN
(
    SELECT if(m.component = 0, g.group_id, m.component)
    FROM
    (
        SELECT group_id FROM tick_carriers
        UNION DISTINCT
        SELECT group_id FROM tick_observations WHERE kind != 'log' AND reinterpretAsUInt128(trace_id) != 0
    ) AS g
    LEFT JOIN tick_members AS m ON g.group_id = m.group_id
)
