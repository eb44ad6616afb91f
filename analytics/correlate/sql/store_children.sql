-- Children as they are now, and no longer under what they named before.
INSERT INTO transaction_children
SELECT
    p.parent_type, p.parent_value, t.transaction_id, p.parent_id, t.status, t.started_us, t.ended_us, t.last_us,
    t.systems, t.observation_count, (o.category, o.system, o.confidence, o.evidence), {version:UInt64}, 0
FROM tick_parents AS p
INNER JOIN tick_transactions AS t ON t.transaction_id = p.transaction_id
LEFT JOIN work_origins AS o ON o.transaction_id = toString(t.transaction_id)
UNION ALL
SELECT parent_type, parent_value, transaction_id, '', '', 0, 0, 0, [], 0, ('', '', 0, ''), {version:UInt64}, 1
FROM tick_prior
WHERE parent_value != ''
    AND (parent_type, parent_value, transaction_id) NOT IN
        (SELECT parent_type, parent_value, transaction_id FROM tick_parents)
