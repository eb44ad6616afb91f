INSERT INTO metric_points_histogram
(
-- include: metric_names
    count, sum, min, max,
    bucket_counts, explicit_bounds,
    exemplars.time, exemplars.value, exemplars.int_value, exemplars.trace_id, exemplars.span_id, exemplars.attributes,
    aggregation_temporality
)
WITH
-- include: values_of_depth
-- include: values
SELECT
-- include: metric_columns
    point.count AS count,
    point.sum AS sum,
    point.min AS min,
    point.max AS max,
    point.bucket_counts AS bucket_counts,
    point.explicit_bounds AS explicit_bounds,
    arrayMap(ns -> time_of(ns), point.exemplars.time_unix_nano) AS `exemplars.time`,
    arrayMap((arm, d, i) -> if(arm = 'as_int', toFloat64(i), d),
        point.exemplars.arm, point.exemplars.as_double, point.exemplars.as_int) AS `exemplars.value`,
    arrayMap((arm, i) -> if(arm = 'as_int', i, NULL), point.exemplars.arm, point.exemplars.as_int)
        AS `exemplars.int_value`,
    arrayMap(id -> trace_id_of(id), point.exemplars.trace_id) AS `exemplars.trace_id`,
    arrayMap(id -> span_id_of(id), point.exemplars.span_id) AS `exemplars.span_id`,
    arrayMap(kvs -> attribute_map(kvs, limits), point.exemplars.attributes) AS `exemplars.attributes`,
    toUInt8(data.aggregation_temporality) AS aggregation_temporality
-- include: metric_source
