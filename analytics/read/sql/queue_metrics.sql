-- What brokers say of their queues, the last word of every series in the ten minutes before the end of the window.
-- measure is what a metric tells: depth, lag or consumers.
SELECT
    broker,
    measure,
    sum(last_value) AS value,
    max(last_at) AS at,
    arraySort(groupUniqArray(100)(destination)) AS destinations
FROM
(
    SELECT measure, series, broker, destination, argMax(value, time) AS last_value, max(time) AS last_at
    FROM
    (
        SELECT
            transform(toString(metric), {metrics:Array(String)}, {measures:Array(String)}, '') AS measure,
            series, time, value,
            coalesce(
                nullIf(attributes['messaging.destination.name'], ''), nullIf(attributes['topic'], ''),
                nullIf(attributes['queue'], ''), nullIf(resource_attributes['rabbitmq.queue.name'], ''), '')
                AS destination,
            coalesce(
                nullIf(attributes['server.address'], ''), nullIf(toString(service), ''), destination) AS broker
        FROM
        (
            SELECT metric, service, series, time, value, attributes, resource_attributes
            FROM metric_points_gauge
            WHERE metric IN {metrics:Array(String)} AND has_value
                AND time >= {until:DateTime64(9, 'UTC')} - INTERVAL 10 MINUTE AND time < {until:DateTime64(9, 'UTC')}
            UNION ALL
            SELECT metric, service, series, time, value, attributes, resource_attributes
            FROM metric_points_sum
            WHERE metric IN {metrics:Array(String)} AND has_value AND NOT is_monotonic AND aggregation_temporality = 2
                AND time >= {until:DateTime64(9, 'UTC')} - INTERVAL 10 MINUTE AND time < {until:DateTime64(9, 'UTC')}
        )
    )
    GROUP BY measure, series, broker, destination
)
GROUP BY broker, measure
ORDER BY broker, measure
