-- One round: every value takes the smallest label of its groups, then every group the smallest of its values.
INSERT INTO tick_labels_next
SELECT group_id, arrayJoin(nodes) AS node, label
FROM
(
    SELECT group_id, groupArray(node) AS nodes, min(node_label) AS label
    FROM
    (
        SELECT arrayJoin(groups) AS group_id, node, node_label
        FROM
        (
            SELECT node, groupArray(group_id) AS groups, min(label) AS node_label
            FROM tick_labels
            GROUP BY node
        )
    )
    GROUP BY group_id
)
