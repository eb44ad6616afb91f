INSERT INTO metric_points_exponential_histogram
(
-- include: metric_names
    count, sum, min, max,
    scale, zero_count, zero_threshold,
    positive_offset, positive_bucket_counts, negative_offset, negative_bucket_counts,
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
    point.scale AS scale,
    point.zero_count AS zero_count,
    point.zero_threshold AS zero_threshold,
    point.positive.offset AS positive_offset,
    point.positive.bucket_counts AS positive_bucket_counts,
    point.negative.offset AS negative_offset,
    point.negative.bucket_counts AS negative_bucket_counts,
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
