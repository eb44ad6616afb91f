-- Joined by final.sql where traces were taken apart: which observations of them are a transaction's own.
ANY LEFT JOIN
(
    SELECT
        if(m.component = 0, o.group_id, m.component) AS parted_of,
        cityHash64(arraySort(groupArray(o.observation_id))) AS own_parts
    FROM tick_observations AS o
    LEFT JOIN tick_members AS m ON o.group_id = m.group_id
    WHERE o.unit_id IN (SELECT unit_id FROM tick_batches)
    GROUP BY parted_of
) AS b ON b.parted_of = t.component
