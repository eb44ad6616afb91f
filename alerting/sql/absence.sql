-- Starts of a window, or passages of one milestone in it, and whether there was ever one before it: a flow that has
-- never been seen is new, not absent.
SELECT
    flow,
    countIf(moment > {since:DateTime64(6, 'UTC')}) AS affected,
    countIf(moment <= {since:DateTime64(6, 'UTC')}) > 0 AS armed
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
WHERE moment <= {now:DateTime64(6, 'UTC')}
GROUP BY flow
