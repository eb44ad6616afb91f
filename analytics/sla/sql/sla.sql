-- One row per flow. A transaction is judged by its last outcome and its last deadline verdict decided by as_of; one
-- whose last outcome is unknown, or which has none yet, is neither good nor bad.
SELECT
    flow, max(tier) AS tier,
    countIf(outcome = 'completed' AND deadline != 'breached') AS good,
    countIf(outcome IN ('failed', 'stuck', 'completed_late') OR deadline = 'breached') AS bad,
    countIf(outcome = 'failed') AS failed,
    countIf(deadline = 'breached' AND outcome != 'failed') AS late,
    countIf(outcome = 'unknown') AS unknown,
    countIf(outcome IN ('', 'in_progress') AND deadline != 'breached') AS open,
    countIf(deadline = 'breached') AS breaches,
    sumIf(late_ms, deadline = 'breached') AS breach_ms
FROM
(
    SELECT
        transaction_id,
        argMax(flow, (decided_at, revision)) AS flow,
        argMax(tier, (decided_at, revision)) AS tier,
        argMaxIf(verdict, (decided_at, revision), rule = 'outcome') AS outcome,
        argMaxIf(verdict, (decided_at, revision), rule = 'e2e-deadline') AS deadline,
        ifNull(argMaxIf(late_by_ms, (decided_at, revision), rule = 'e2e-deadline'), 0) AS late_ms
    FROM verdicts
    WHERE started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
        AND decided_at <= {as_of:DateTime64(3, 'UTC')}
    GROUP BY transaction_id
    HAVING outcome != 'merged'
)
GROUP BY flow
ORDER BY tier, flow
