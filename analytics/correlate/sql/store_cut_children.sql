-- Children that a tick left which was cut short before it stored them as transactions, and that are no children now.
INSERT INTO transaction_children
SELECT parent_type, parent_value, transaction_id, '', '', 0, 0, 0, [], 0, ('', '', 0, ''), {version:UInt64}, 1
FROM transaction_children FINAL
WHERE transaction_id IN (SELECT transaction_id FROM tick_prior WHERE revision = 0)
    AND (parent_type, parent_value, transaction_id) NOT IN
        (SELECT parent_type, parent_value, transaction_id FROM tick_parents)
