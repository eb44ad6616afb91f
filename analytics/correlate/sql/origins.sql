INSERT INTO tick_origins
SELECT transaction_id, category, system, confidence, evidence, work_ms, queue_ms, retry_ms, unexplained_ms
FROM work_origins
