-- sla.sql for what is known now, which stands in the transactions themselves: the verdicts that hold are a column of
-- theirs, so that nothing is looked up by id. What is neither good nor bad is unknown or still open.
SELECT
    flow, max(tier) AS tier,
    countIf(is_good) AS good,
    countIf(is_bad) AS bad,
    countIf(outcome = 'failed') AS failed,
    countIf(is_bad AND outcome != 'failed' AND deadline = 'breached') AS late,
    countIf(NOT is_bad AND NOT is_good AND outcome = 'unknown') AS unknown,
    countIf(NOT is_bad AND NOT is_good AND outcome != 'unknown') AS open,
    countIf(deadline = 'breached') AS breaches,
    sumIf(past_ms, deadline = 'breached') AS breach_ms
FROM
(
    SELECT flow, tier,
        verdicts.verdict[indexOf(verdicts.rule, 'status')] AS outcome,
        verdicts.verdict[indexOf(verdicts.rule, 'e2e-deadline')] AS deadline,
        (outcome IN ('failed', 'stuck') OR deadline = 'breached') AS is_bad,
        (NOT is_bad AND outcome != 'unknown' AND (deadline = 'met' OR (
            deadline_at IS NULL AND status = 'completed' AND ended_at <= {as_of:DateTime64(3, 'UTC')}
        ))) AS is_good,
        toUnixTimestamp64Micro(toDateTime64({as_of:DateTime64(3, 'UTC')}, 6, 'UTC')) AS as_of_us,
        greatest(0., least(
            ifNull(late_by_ms, 1e300),
            (as_of_us - ifNull(toUnixTimestamp64Micro(deadline_at), as_of_us)) / 1e3)) AS past_ms
    FROM transactions FINAL
    WHERE started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
        AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
        AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
)
GROUP BY flow
ORDER BY tier, flow
