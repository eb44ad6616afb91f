-- Parents that have a parent themselves, and stand otherwise than that one knows.
SELECT count() > 0 AS moved
FROM tick_standing AS s
INNER JOIN tick_parents AS p ON toString(p.transaction_id) = s.parent_id
INNER JOIN
(
    SELECT transaction_id, status, ended_us, origin
    FROM transaction_children FINAL
    WHERE (parent_type, parent_value, transaction_id) IN
        (SELECT parent_type, parent_value, transaction_id FROM tick_parents)
) AS c ON toString(c.transaction_id) = s.parent_id
WHERE (c.status, c.ended_us, c.origin) != (s.state, s.end_us, s.origin)
