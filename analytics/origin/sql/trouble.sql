-- How many transactions there are whose trouble has to start somewhere; the condition is that of evidence.sql.
SELECT countIf(status IN ('failed', 'stuck', 'completed_late') OR (breached = 1 AND status != 'unknown')) AS troubled
FROM work_transactions
