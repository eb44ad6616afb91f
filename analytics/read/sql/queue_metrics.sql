-- What brokers say of their queues, the last word of every series in the ten minutes before the end of the window.
SELECT
    broker,
    measure,
    sum(last_value) AS value,
    max(last_at) AS at,
    arraySort(groupUniqArray(100)(destination)) AS destinations
FROM
(
    SELECT measure, series, broker, destination, argMax(value, time) AS last_value, max(time) AS last_at
    FROM queue_reports
    WHERE time >= {until:DateTime64(9, 'UTC')} - INTERVAL 10 MINUTE AND time < {until:DateTime64(9, 'UTC')}
    GROUP BY measure, series, broker, destination
)
GROUP BY broker, measure
ORDER BY broker, measure
