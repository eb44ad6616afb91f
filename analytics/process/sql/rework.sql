-- Milestones that transactions passed more than once. A repeat follows itself, a loop comes back after another one.
-- The cost of a transaction's rework at a milestone is the time from its first to its last passage of it.
SELECT
    milestone,
    count() AS transactions,
    sum(passages) - count() AS repeats,
    sum(back) AS loops,
    countIf(back > 0) AS looped,
    quantiles(0.5, 0.95)(cost_us / 1e3) AS quantiles_ms,
    sum(cost_us) / 1e3 AS total_ms,
    toString(argMax(transaction_id, (cost_us, transaction_id))) AS sample
FROM
(
    SELECT
        transaction_id,
        arrayJoin(arrayFilter(n -> countEqual(names, n) > 1, arrayDistinct(names))) AS milestone,
        arrayFilter((t, n) -> n = milestone, at_us, names) AS times,
        length(times) AS passages,
        times[-1] - times[1] AS cost_us,
        arrayCount((n, before) -> n = milestone AND before != milestone,
            names, arrayPopBack(arrayPushFront(names, milestone))) - if(names[1] = milestone, 0, 1) AS back
    FROM
    (
        SELECT
            transaction_id, at_us,
            arrayMap(
                l -> multiIf(
                    endsWith(l, ':failed'), substring(l, 1, length(l) - 7),
                    endsWith(l, ':retry'), substring(l, 1, length(l) - 6),
                    l),
                arrayMap(l -> toString(l), labels)) AS names
        FROM transaction_paths FINAL
        WHERE flow = {flow:String}
            AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
            AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
            AND started_us >= toUnixTimestamp64Micro({since:DateTime64(6, 'UTC')})
            AND started_us < toUnixTimestamp64Micro({until:DateTime64(6, 'UTC')})
            -- Most passed everything once and well: their labels need not be taken apart.
            AND (length(arrayDistinct(labels)) < length(labels)
                OR arrayExists(l -> endsWith(l, ':failed') OR endsWith(l, ':retry'), labels))
    )
    WHERE length(arrayDistinct(names)) < length(names)
)
GROUP BY milestone
ORDER BY total_ms DESC, milestone
