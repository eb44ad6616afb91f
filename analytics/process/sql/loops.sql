-- Steps back: from a milestone to one that stands before it in the flow and was passed before. The cost is the time
-- since it was passed last.
SELECT
    names[i - 1] AS origin,
    names[i] AS target,
    count() AS times,
    uniqExact(transaction_id) AS transactions,
    quantiles(0.5, 0.95)(
        (at_us[i] - at_us[arrayLastIndex((n, k) -> n = target AND k < i, names, arrayEnumerate(names))]) / 1e3)
        AS quantiles_ms
FROM
(
    SELECT
        transaction_id, names, at_us,
        arrayJoin(arrayFilter(
            k -> k > 1 AND places[k] < places[k - 1] AND indexOf(names, names[k]) < k,
            arrayEnumerate(names))) AS i
    FROM
    (
        SELECT
            transaction_id, at_us,
            arrayMap(
                l -> multiIf(
                    endsWith(l, ':failed'), substring(l, 1, length(l) - 7),
                    endsWith(l, ':retry'), substring(l, 1, length(l) - 6),
                    l),
                arrayMap(l -> toString(l), labels)) AS names,
            arrayMap(n -> indexOf({names:Array(String)}, n), names) AS places
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
GROUP BY origin, target
ORDER BY times DESC, origin, target
LIMIT {rows:UInt32}
