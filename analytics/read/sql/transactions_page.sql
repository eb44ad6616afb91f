-- Which transactions a page holds; what they say is read by their keys, since FINAL reads every column of every row.
-- SORT_KEY is one of the fixed expressions of analytics.read.search, AFTER and DIRECTION follow from the sort order.
SELECT
    transaction_id, started_hour,
    ifNull(late_by_ms, if(breached = 1,
        (toUnixTimestamp64Micro({now:DateTime64(6, 'UTC')}) - toUnixTimestamp64Micro(deadline_at)) / 1e3, NULL)) AS late_ms,
    SORT_KEY AS sort_key
FROM transactions FINAL
WHERE (empty({flow:Array(String)}) OR flow IN {flow:Array(String)})
    AND (empty({status:Array(String)}) OR status IN {status:Array(String)})
    AND (empty({tier:Array(UInt8)}) OR tier IN {tier:Array(UInt8)})
    AND (empty({system:Array(String)}) OR hasAny(systems, {system:Array(String)}))
    AND (empty({origin:Array(String)})
        OR origin_category IN {origin:Array(String)} OR origin_system IN {origin:Array(String)})
    AND ({milestone:String} = ''
        OR arrayExists(m -> m.name = {milestone:String} AND m.status IN {milestone_status:Array(String)}, milestones))
    AND ({parent:String} = '' OR parent_id = {parent:String})
    AND ({only:UInt8} = 0 OR transaction_id IN {ids:Array(FixedString(32))})
    AND (empty({hours:Array(DateTime('UTC'))}) OR started_hour IN {hours:Array(DateTime('UTC'))})
    AND ({variant:UInt64} = 0 OR transaction_id IN (
        SELECT transaction_id
        FROM transaction_paths FINAL
        WHERE {variant:UInt64} != 0 AND flow IN {flow:Array(String)} AND started_hour >= {since_hour:DateTime('UTC')}
            AND (path = {variant:UInt64} OR exact_path = {variant:UInt64})))
    AND started_at >= {since:DateTime64(6, 'UTC')}
    AND started_at < {until:DateTime64(6, 'UTC')}
    AND started_hour >= {since_hour:DateTime('UTC')}
    AND started_hour <= {until_hour:DateTime('UTC')}
    AND ({q:String} = ''
        OR transaction_id IN (SELECT transaction_id FROM transaction_identifiers FINAL
            WHERE (startsWith(value, {q:String}) OR value IN {q_readings:Array(String)})
                AND started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}))
    AND ({first:UInt8} = 1
        OR (sort_key, toString(transaction_id)) AFTER ({key:Int64}, {after_id:String}))
ORDER BY sort_key DIRECTION, transaction_id DIRECTION
LIMIT {rows:UInt32}
