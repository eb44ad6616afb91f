-- What brokers say of their queues: one row a point of a metric that tells how many messages wait (`depth`), how far
-- consumers are behind (`lag`) or how many there are (`consumers`), under the names of the OpenTelemetry receivers and
-- of the brokers' own exporters. Several series (states, partitions, groups) are of one destination.
CREATE OR REPLACE VIEW queue_reports AS
SELECT
    multiIf(
        metric IN ('messaging.queue.depth', 'rabbitmq.message.current', 'rabbitmq_queue_messages'), 'depth',
        metric IN ('kafka.consumer_group.lag', 'kafka_consumergroup_lag'), 'lag',
        'consumers') AS measure,
    series, time, value,
    coalesce(
        nullIf(attributes['messaging.destination.name'], ''), nullIf(attributes['topic'], ''),
        nullIf(attributes['queue'], ''), nullIf(resource_attributes['rabbitmq.queue.name'], ''), '') AS destination,
    coalesce(nullIf(attributes['server.address'], ''), nullIf(toString(service), ''), destination) AS broker
FROM
(
    SELECT metric, service, series, time, value, attributes, resource_attributes
    FROM metric_points_gauge
    WHERE has_value
    UNION ALL
    SELECT metric, service, series, time, value, attributes, resource_attributes
    FROM metric_points_sum
    WHERE has_value AND NOT is_monotonic AND aggregation_temporality = 2
)
WHERE metric IN (
    'messaging.queue.depth', 'rabbitmq.message.current', 'rabbitmq_queue_messages', 'kafka.consumer_group.lag',
    'kafka_consumergroup_lag', 'rabbitmq.consumer.count', 'rabbitmq_queue_consumers', 'messaging.queue.consumers')
