-- Each fact counts in the bucket in which it happened: a start where it started, an end where it ended, a breach where
-- the deadline passed, a stuck one where it last moved on. Hours whose transactions were all at rest before the window
-- are passed over by idx_latest_fact, whose expression stands here word for word.
SELECT
    bucket,
    sum(fact.2) AS started, sum(fact.3) AS completed, sum(fact.4) AS failed, sum(fact.5) AS late, sum(fact.6) AS stuck,
    quantilesIf(0.5, 0.95, 0.99)(took_ms, fact.3 = 1) AS quantiles_ms
FROM
(
    SELECT
        fact,
        assumeNotNull(duration_ms) AS took_ms,
        assumeNotNull(fact.1) AS at,
        toInt64({since_us:Int64} + intDiv(toUnixTimestamp64Micro(at) - {since_us:Int64}, {bucket_us:Int64})
            * {bucket_us:Int64}) AS bucket
    FROM transactions_current
    ARRAY JOIN
        arrayFilter(f -> f.1 IS NOT NULL, [
            (toNullable(started_at), 1, 0, 0, 0, 0),
            (if(status IN ('completed', 'completed_late'), ended_at, NULL), 0, 1, 0, 0, 0),
            (if(status = 'failed', ifNull(ended_at, last_at), NULL), 0, 0, 1, 0, 0),
            (if(breached = 1, breached_at, NULL), 0, 0, 0, 1, 0),
            (if(status = 'stuck', ifNull(next_due_at, last_at), NULL), 0, 0, 0, 0, 1)
        ]) AS fact
    WHERE ({flow:String} = '*' OR flow = {flow:String})
        AND greatest(last_at, ifNull(ended_at, last_at), ifNull(breached_at, last_at), ifNull(next_due_at, last_at))
            >= {since:DateTime64(6, 'UTC')}
        AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')}) AND started_at < {until:DateTime64(6, 'UTC')}
        AND at >= {since:DateTime64(6, 'UTC')} AND at < {until:DateTime64(6, 'UTC')}
)
GROUP BY bucket
ORDER BY bucket
