-- What joins two groups or more: a value in one epoch, a message id, a link to a unit.
INSERT INTO tick_labels
SELECT arrayJoin(groups) AS group_id, node, arrayMin(groups)
FROM
(
    SELECT node, groupUniqArray(group_id) AS groups
    FROM
    (
        SELECT node, group_id FROM tick_pairs
        UNION ALL
        SELECT DISTINCT arrayJoin(hop_hashes) AS node, group_id FROM tick_observations WHERE notEmpty(hop_hashes)
        UNION ALL
        SELECT DISTINCT sipHash64('link', arrayJoin(linked_units)) AS node, group_id
        FROM tick_observations
        WHERE notEmpty(linked_units)
        UNION ALL
        SELECT DISTINCT sipHash64('link', group_id) AS node, group_id
        FROM tick_observations
        WHERE group_id IN (SELECT arrayJoin(linked_units) FROM tick_observations)
    )
    GROUP BY node
    HAVING length(groups) > 1
)
