INSERT INTO metric_points_sum
(
-- include: metric_names
    value, int_value, has_value,
    exemplars.time, exemplars.value, exemplars.int_value, exemplars.trace_id, exemplars.span_id, exemplars.attributes,
    aggregation_temporality, is_monotonic
)
WITH
-- include: values_of_depth
-- include: values
SELECT
-- include: metric_columns
    if(point.arm = 'as_int', toFloat64(point.as_int), point.as_double) AS value,
    if(point.arm = 'as_int', point.as_int, NULL) AS int_value,
    point.arm != '' AS has_value,
    arrayMap(ns -> time_of(ns), point.exemplars.time_unix_nano) AS `exemplars.time`,
    arrayMap((arm, d, i) -> if(arm = 'as_int', toFloat64(i), d),
        point.exemplars.arm, point.exemplars.as_double, point.exemplars.as_int) AS `exemplars.value`,
    arrayMap((arm, i) -> if(arm = 'as_int', i, NULL), point.exemplars.arm, point.exemplars.as_int)
        AS `exemplars.int_value`,
    arrayMap(id -> trace_id_of(id), point.exemplars.trace_id) AS `exemplars.trace_id`,
    arrayMap(id -> span_id_of(id), point.exemplars.span_id) AS `exemplars.span_id`,
    arrayMap(kvs -> attribute_map(kvs, limits), point.exemplars.attributes) AS `exemplars.attributes`,
    toUInt8(data.aggregation_temporality) AS aggregation_temporality,
    data.is_monotonic AS is_monotonic
-- include: metric_source
