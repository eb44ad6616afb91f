-- Per pair of neighbouring milestones: how long from the one to the other, in the order of the flow. Place 0 is the
-- start, LAST the end of the transaction. A milestone reached before its neighbour is counted, not measured. Quantiles
-- are of all passages (8 bytes each): those of a sample were off by a day in months, each time by another one.
-- CLOCKED is the reading of the clock of a pair at a moment, see analytics.process.clock.
SELECT
    pair.1 AS origin,
    pair.2 AS target,
    count() AS transactions,
    countIf(took_us < 0) AS out_of_order,
    quantilesExactInclusiveIf(0.5, 0.9, 0.95, 0.99)(took_us / 1e3, took_us >= 0) AS quantiles_ms,
    sumMapIf([bucket], [toUInt64(1)], took_us >= 0) AS histogram
FROM
(
    SELECT
        pair,
        CLOCKED_TO - CLOCKED_FROM AS took_us,
        toInt16(if(took_us < 1000, -1, floor(log10(took_us / 1e3) * {per_decade:UInt8}))) AS bucket
    FROM
    (
        SELECT
            arrayJoin(arrayConcat(
                arrayZip(
                    arrayPopBack(arrayPushFront(present, toUInt32(0))),
                    present,
                    arrayPopBack(arrayPushFront(times, started_us)),
                    times),
                if(whole, [(toUInt32(0), {last:UInt32}, started_us, ended_us)], []))) AS pair,
            pair.3 AS from_us,
            pair.4 AS to_us
        FROM
        (
            SELECT
                started_us,
                ended_us,
                status IN ('completed', 'completed_late') AS whole,
                arrayMap(n -> at_us[indexOf(labels, n)], {names:Array(String)}) AS ats,
                arrayFilter((i, t) -> t > 0, arrayEnumerate(ats), ats) AS present,
                arrayFilter(t -> t > 0, ats) AS times
            FROM transaction_paths FINAL
            WHERE flow = {flow:String}
                AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
                AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
                AND started_us >= toUnixTimestamp64Micro({since:DateTime64(6, 'UTC')})
                AND started_us < toUnixTimestamp64Micro({until:DateTime64(6, 'UTC')})
        )
    )
)
GROUP BY origin, target
ORDER BY target, origin
