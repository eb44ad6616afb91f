-- One hour: how many messages waited in each queue, as a rule with its usual peaks.
INSERT INTO queue_backlogs
SELECT broker, destination, {hour:DateTime('UTC')} AS hour, quantileExact(0.9)(waiting) AS waiting,
    {now:DateTime64(3, 'UTC')} AS learned_at
FROM
(
    SELECT broker, destination, bucket, greatest(sumIf(most, measure = 'depth'), sumIf(most, measure = 'lag')) AS waiting
    FROM
    (
        SELECT broker, destination, measure, series, toStartOfFiveMinutes(time) AS bucket, max(value) AS most
        FROM queue_reports
        WHERE time >= {hour:DateTime('UTC')} AND time < {hour:DateTime('UTC')} + INTERVAL 1 HOUR AND measure != 'consumers'
        GROUP BY broker, destination, measure, series, bucket
    )
    GROUP BY broker, destination, bucket
)
GROUP BY broker, destination
