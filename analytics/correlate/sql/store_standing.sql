INSERT INTO transaction_children
SELECT
    p.parent_type, p.parent_value, t.transaction_id, p.parent_id, s.state, t.started_us, s.end_us,
    t.last_us, t.systems, t.observation_count, s.origin, {version:UInt64}, 0
FROM tick_standing AS s
INNER JOIN tick_parents AS p ON toString(p.transaction_id) = s.parent_id
INNER JOIN tick_transactions AS t ON t.transaction_id = p.transaction_id
