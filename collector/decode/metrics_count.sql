SELECT
    sum(length(metric.gauge.points)) AS gauge,
    sum(length(metric.sum.points)) AS sum,
    sum(length(metric.histogram.points)) AS histogram,
    sum(length(metric.exponential_histogram.points)) AS exponential_histogram,
    sum(length(metric.summary.points)) AS summary
FROM
(
    SELECT arrayJoin(arrayJoin(arrayJoin(resource_metrics).scope_metrics).metrics) AS metric
    FROM file({path:String}, 'Protobuf', {structure:String})
)
