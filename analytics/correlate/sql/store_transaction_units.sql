-- The units of each transaction; of a batch trace, the observations that are its own.
INSERT INTO transaction_units
SELECT t.transaction_id, t.unit_id, s.observation_ids, {version:UInt64}, 0
FROM
(
    SELECT transaction_id, component, arrayJoin(units) AS unit_id
    FROM tick_transactions
    WHERE transaction_id IN (SELECT transaction_id FROM tick_final)
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
UNION ALL
SELECT transaction_id, arrayJoin(units) AS unit_id, [], {version:UInt64}, 1
FROM tick_prior
WHERE (transaction_id, unit_id) NOT IN (SELECT transaction_id, arrayJoin(units) FROM tick_transactions)
