INSERT INTO tick_members
SELECT group_id, min(label)
FROM tick_labels
GROUP BY group_id
