-- One row per flow over the transactions that started in the window. Each is judged by its last outcome and its last
-- deadline verdict decided by as_of; one whose outcome is unknown, or not decided yet, is neither good nor bad.
WITH
    started AS
    (
        SELECT transaction_id, flow, tier, deadline_at, late_by_ms, ended_at
        FROM transactions FINAL
        WHERE started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
            AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
    ),
    decided AS
    (
        SELECT
            transaction_id,
            argMaxIf(verdict, (decided_at, revision), rule = 'outcome') AS outcome,
            argMaxIf(verdict, (decided_at, revision), rule = 'e2e-deadline') AS deadline
        FROM verdicts
        WHERE decided_at <= {as_of:DateTime64(3, 'UTC')}
            AND transaction_id IN (SELECT transaction_id FROM started)
        GROUP BY transaction_id
    )
SELECT
    flow, max(tier) AS tier,
    countIf(outcome = 'completed' AND deadline != 'breached') AS good,
    countIf(outcome IN ('failed', 'stuck', 'completed_late') OR deadline = 'breached') AS bad,
    countIf(outcome = 'failed') AS failed,
    countIf(outcome != 'failed' AND (deadline = 'breached' OR outcome = 'completed_late')) AS late,
    countIf(outcome = 'unknown') AS unknown,
    countIf(outcome IN ('', 'in_progress') AND deadline != 'breached') AS open,
    countIf(deadline = 'breached') AS breaches,
    sumIf(past_ms, deadline = 'breached') AS breach_ms
FROM
(
    SELECT started.flow AS flow, started.tier AS tier, decided.outcome AS outcome, decided.deadline AS deadline,
        toUnixTimestamp64Micro(toDateTime64({as_of:DateTime64(3, 'UTC')}, 6, 'UTC')) AS as_of_us,
        greatest(0., least(
            ifNull(started.late_by_ms, 1e300),
            (as_of_us - ifNull(toUnixTimestamp64Micro(started.deadline_at), as_of_us)) / 1e3)) AS past_ms
    FROM started LEFT JOIN decided ON decided.transaction_id = started.transaction_id
)
GROUP BY flow
ORDER BY tier, flow
