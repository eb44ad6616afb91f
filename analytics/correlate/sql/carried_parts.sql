-- What there is without the suspects that are not followed: how many transactions of the closed set carry each, by what
-- else their nameless evidence carries. An event or a log record that only this value names is no transaction.
SELECT value_hash, others, count() AS transactions
FROM
(
    SELECT
        s.value_hash AS value_hash, if(m.component = 0, s.group_id, m.component) AS component,
        arraySort(groupUniqArrayArray(s.others)) AS others
    FROM tick_carried AS s
    LEFT JOIN tick_members AS m ON s.group_id = m.group_id
    WHERE s.value_hash IN (SELECT identity_hash FROM tick_excluded)
    GROUP BY value_hash, component
)
WHERE component IN
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
GROUP BY value_hash, others
