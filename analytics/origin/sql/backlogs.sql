-- What brokers said around the messages of this tick's trouble, up to an hour after each was sent: by then it is plain
-- whether it waits in a backlog, and what a broker says a day later is about other messages. Usual is what waited in
-- most hours, or in most at this hour of the day where that is more: a nightly batch.
INSERT INTO origin_backlogs
WITH
    (SELECT (min(end_us), max(end_us)) FROM origin_evidence WHERE kind = 'span' AND span_kind = 4) AS sent
SELECT said.broker AS broker, said.destination AS destination, bucket AS at, waiting, consumers,
    greatest(
        normal.most_hours,
        if(length(arrayFilter(h -> h.1 = toHour(bucket), normal.hours) AS then) < {enough_days:UInt32}, 0,
            arrayReduce('quantileExact', arrayMap(h -> h.2, then)))) AS usual,
    length(normal.hours) AS known_hours
FROM
(
    SELECT broker, destination, bucket,
        greatest(sumIf(most, measure = 'depth'), sumIf(most, measure = 'lag')) AS waiting,
        if(countIf(measure = 'consumers') = 0, -1, sumIf(most, measure = 'consumers')) AS consumers
    FROM
    (
        SELECT broker, destination, measure, series, toStartOfFiveMinutes(time) AS bucket, max(value) AS most
        FROM queue_reports
        WHERE time >= fromUnixTimestamp64Micro(sent.1) - INTERVAL 5 MINUTE
            AND time < fromUnixTimestamp64Micro(sent.2) + INTERVAL 1 HOUR
            AND toStartOfHour(time) IN
            (
                SELECT arrayJoin([toStartOfHour(moment - INTERVAL 5 MINUTE), toStartOfHour(moment), toStartOfHour(moment + INTERVAL 1 HOUR)])
                FROM
                (
                    SELECT DISTINCT toStartOfFiveMinutes(fromUnixTimestamp64Micro(end_us, 'UTC')) AS moment
                    FROM origin_evidence
                    WHERE kind = 'span' AND span_kind = 4
                )
            )
        GROUP BY broker, destination, measure, series, bucket
    )
    GROUP BY broker, destination, bucket
) AS said
LEFT JOIN
(
    SELECT broker, destination, quantileExact(0.5)(waiting) AS most_hours, groupArray((toHour(hour), waiting)) AS hours
    FROM queue_backlogs FINAL
    WHERE hour >= {since:DateTime('UTC')} AND hour < {until:DateTime('UTC')}
    GROUP BY broker, destination
) AS normal ON normal.broker = said.broker AND normal.destination = said.destination
