-- Failures that look alike are one entry: same flow, same milestone, same origin, same message once numbers and ids
-- are taken out of it.
SELECT
    flow, milestone, origin_category, origin_system, signature,
    count() AS transactions,
    min(failed_at) AS first_at,
    max(failed_at) AS last_at,
    argMax(message, (failed_at, transaction_id)) AS sample_message,
    arrayMap(e -> e.2, groupArraySorted(5)((-toUnixTimestamp64Micro(failed_at), transaction_id))) AS examples,
    lower(hex(sipHash64(flow, milestone, origin_category, origin_system, signature))) AS id
FROM
(
    SELECT
        transaction_id, flow, origin_category, origin_system,
        ifNull(ended_at, last_at) AS failed_at,
        if(failed_milestone != '', failed_milestone, arrayFirst(m -> m.status = 'failed', milestones).name) AS milestone,
        coalesce(
            nullIf(JSONExtractString(origin_evidence, 1, 'message'), ''),
            nullIf(JSONExtractString(origin_evidence, 1, 'why'), ''),
            '') AS message,
        replaceRegexpAll(replaceRegexpAll(message, '[0-9a-fA-F-]{16,}', '*'), '[A-Za-z]*[0-9][A-Za-z0-9_-]*', '*') AS signature
    FROM transactions_current
    WHERE status = 'failed'
        AND started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
        AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
        AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
        AND ({flow:String} = '' OR flow = {flow:String})
)
WHERE {id:String} = '' OR sipHash64(flow, milestone, origin_category, origin_system, signature) = {id_hash:UInt64}
GROUP BY flow, milestone, origin_category, origin_system, signature
HAVING {after_id:String} = ''
    OR (-toInt64(transactions), -toUnixTimestamp64Micro(last_at), id) > ({after_count:Int64}, {after_us:Int64}, {after_id:String})
ORDER BY transactions DESC, last_at DESC, id
LIMIT {rows:UInt32}
