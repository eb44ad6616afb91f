-- One row per flow over the transactions that started in the window. Each is judged by the last verdict on its status
-- (failed, stuck, unknown, completed, or withdrawn) and the last on its deadline (met, breached, or withdrawn) decided by
-- as_of. What is neither good nor bad is unknown or still open. One that was not known by as_of is not counted.
-- A transaction whose row was last written by as_of is settled: its verdicts stand in the row, where nothing is looked up
-- by id. Not so where a reindex came after as_of, which writes rows before the verdicts it changes are decided.
WITH
    (SELECT max(at) <= {as_of:DateTime64(3, 'UTC')} FROM reindex_swaps) AS is_as_indexed,
    -- what was counted otherwise until a moment after as_of is taken as it was
    past AS
    (
        SELECT *
        FROM transactions_gone
        WHERE gone_at > {as_of:DateTime64(3, 'UTC')}
        ORDER BY transaction_id, gone_at
        LIMIT 1 BY transaction_id
    ),
    started AS
    (
        SELECT transaction_id, flow, tier, status, deadline_at, ended_at,
            is_as_indexed AND updated_at <= {as_of:DateTime64(3, 'UTC')} AS settled,
            verdicts.verdict[indexOf(verdicts.rule, 'status')] AS own_outcome,
            verdicts.verdict[indexOf(verdicts.rule, 'e2e-deadline')] AS own_deadline,
            verdicts.event_at[indexOf(verdicts.rule, 'e2e-deadline')] AS own_deadline_at
        FROM transactions FINAL
        WHERE started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
            AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
            AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
            AND known_at <= {as_of:DateTime64(3, 'UTC')}
            AND transaction_id NOT IN (SELECT transaction_id FROM past)
            AND toString(transaction_id) NOT IN (SELECT arrayJoin(replaced_by) FROM past)
        UNION ALL
        SELECT transaction_id, flow, tier, status, deadline_at, ended_at, 0, '', '', toDateTime64(0, 6, 'UTC')
        FROM past
        WHERE started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
            AND known_at <= {as_of:DateTime64(3, 'UTC')}
    ),
    decided AS
    (
        SELECT
            transaction_id,
            argMaxIf(verdict, (decided_at, revision), rule = 'status') AS outcome,
            argMaxIf((verdict, event_at), (decided_at, revision), rule = 'e2e-deadline') AS deadline
        FROM verdicts
        WHERE decided_at <= {as_of:DateTime64(3, 'UTC')}
            AND transaction_id IN (SELECT transaction_id FROM started WHERE NOT settled)
        GROUP BY transaction_id
    )
SELECT
    flow, max(tier) AS tier,
    countIf(is_good) AS good,
    countIf(is_bad) AS bad,
    countIf(outcome = 'failed') AS failed,
    countIf(is_bad AND outcome != 'failed' AND deadline = 'breached') AS late,
    countIf(NOT is_bad AND NOT is_good AND outcome = 'unknown') AS unknown,
    countIf(NOT is_bad AND NOT is_good AND outcome != 'unknown') AS open,
    countIf(deadline = 'breached') AS breaches,
    sumIf(past_us, deadline = 'breached') / 1e3 AS breach_ms
FROM
(
    SELECT started.flow AS flow, started.tier AS tier,
        if(settled, own_outcome, toString(decided.outcome)) AS outcome,
        if(settled, own_deadline, toString(decided.deadline.1)) AS deadline,
        (outcome IN ('failed', 'stuck') OR deadline = 'breached') AS is_bad,
        (NOT is_bad AND (deadline = 'met' AND outcome != 'unknown' OR outcome = 'completed' OR (
            -- before there were verdicts on what has no deadline
            settled AND outcome = '' AND started.deadline_at IS NULL AND started.status = 'completed' AND started.ended_at <= {as_of:DateTime64(3, 'UTC')}
        ))) AS is_good,
        toUnixTimestamp64Micro(if(settled, own_deadline_at, decided.deadline.2)) AS due_us,
        toUnixTimestamp64Micro(toDateTime64({as_of:DateTime64(3, 'UTC')}, 6, 'UTC')) AS as_of_us,
        greatest(0, least(ifNull(toUnixTimestamp64Micro(started.ended_at), as_of_us), as_of_us) - due_us) AS past_us
    FROM started LEFT JOIN decided ON decided.transaction_id = started.transaction_id
)
GROUP BY flow
ORDER BY tier, flow
