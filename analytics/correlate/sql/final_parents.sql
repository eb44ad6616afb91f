-- Joined by final.sql where a transaction names a parent or was called from another part of its trace.
ANY LEFT JOIN
(
    SELECT transaction_id AS child_id, parent_id, parent_type, parent_value FROM tick_parents
) AS a ON a.child_id = t.transaction_id
