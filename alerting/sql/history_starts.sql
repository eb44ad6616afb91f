-- When transactions started, or passed one milestone.
SELECT flow, '' AS system, '' AS category, assumeNotNull(moment) AS begins
FROM
(
    SELECT
        flow,
        if({milestone:String} = '', [CAST(started_at, 'Nullable(DateTime64(6, \'UTC\'))')],
           arrayMap(m -> m.3, arrayFilter(m -> m.1 = {milestone:String} AND m.2 = 'done', milestones))) AS moments
    FROM transactions_current
    WHERE flow IN {flows:Array(String)}
)
ARRAY JOIN moments AS moment
WHERE moment >= {since:DateTime64(6, 'UTC')} AND moment < {until:DateTime64(6, 'UTC')}
LIMIT {most:UInt64}
