-- How long transactions stood at each milestone and how long they took from there, as it was known at as_of: what
-- happened after it is not looked at, and who had not ended by then is open. hours is the part of the week in which a
-- milestone was reached, in the zone of the flow: quarter of the day, 4 more at week-ends. whole is 1 for a
-- transaction as one stay from start to end. Bins as in analytics.predict.bins.
WITH
    toUnixTimestamp64Micro({as_of:DateTime64(6, 'UTC')}) AS as_of_us
SELECT
    whole,
    step,
    hours,
    if(stayed_us < 1000, 0, 1 + floor(log10(stayed_us / 1e3) * {per_decade:UInt8}))::Int16 AS stayed,
    if(never, -1, if(took_us < 1000, 0, 1 + floor(log10(took_us / 1e3) * {per_decade:UInt8})))::Int16 AS took,
    ended,
    count() AS transactions
FROM
(
    SELECT
        stand.1 AS whole,
        stand.2 AS step,
        if(stand.1 = 1, 0, intDiv(toHour(reached), 6) + if(toDayOfWeek(reached) > 5, 4, 0)) AS hours,
        toTimeZone(fromUnixTimestamp64Micro(stand.3), {zone:String}) AS reached,
        stand.4 - stand.3 AS stayed_us,
        end_us - stand.3 AS took_us,
        ended, never
    FROM
    (
        SELECT
            arrayFilter((l, before) -> l != before, known, arrayPopBack(arrayPushFront(known, ''))) AS steps,
            arrayFilter((t, l, before) -> l != before, times, known, arrayPopBack(arrayPushFront(known, ''))) AS entered,
            final_us > 0 AS over,
            until_us AS end_us,
            over AS ended,
            over AND status = 'failed' AS never,
            arrayJoin(arrayConcat(
                [(1, '', started_us, end_us)],
                arrayZip(
                    arrayResize([0], length(steps) + 1, 0),
                    arrayPushFront(steps, ''),
                    arrayPushFront(entered, started_us),
                    arrayPushBack(entered, end_us)))) AS stand
        FROM
        (
            SELECT
                started_us, status,
                multiIf(
                    status IN ('completed', 'completed_late') AND ended_us <= as_of_us, ended_us,
                    status = 'failed' AND greatest(ended_us, last_us) <= as_of_us, greatest(ended_us, last_us),
                    0) AS final_us,
                if(final_us > 0, final_us, as_of_us) AS until_us,
                arrayMap(l -> toString(l), arrayFilter((l, t) -> t <= until_us, labels, at_us)) AS known,
                arrayFilter(t -> t <= until_us, at_us) AS times
            FROM transaction_paths FINAL
            WHERE flow = {flow:String}
                AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
                AND started_us >= toUnixTimestamp64Micro({since:DateTime64(6, 'UTC')})
                AND started_us < as_of_us
            LIMIT {most:UInt32}
        )
    )
)
GROUP BY whole, step, hours, stayed, took, ended
