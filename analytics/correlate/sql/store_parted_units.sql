-- The units of each transaction where traces were taken apart; of those, the observations that are its own.
INSERT INTO transaction_units
SELECT t.transaction_id, t.unit_id, s.observation_ids, {version:UInt64}, 0
FROM
(
    SELECT transaction_id, component, arrayJoin(units) AS unit_id
    FROM tick_transactions
    WHERE CHANGED
) AS t
LEFT JOIN
(
    SELECT
        if(m.component = 0, o.group_id, m.component) AS component, o.unit_id AS unit_id,
        arraySort(groupArray(o.observation_id)) AS observation_ids
    FROM tick_observations AS o
    LEFT JOIN tick_members AS m ON o.group_id = m.group_id
    WHERE o.unit_id IN (SELECT unit_id FROM tick_batches)
    GROUP BY component, unit_id
) AS s ON s.component = t.component AND s.unit_id = t.unit_id
UNITS_LEFT
