INSERT INTO metric_points_summary
(
-- include: metric_names
    count, sum, quantiles.quantile, quantiles.value
)
WITH
-- include: values_of_depth
-- include: values
SELECT
-- include: metric_columns
    point.count AS count,
    point.sum AS sum,
    point.quantile_values.quantile AS `quantiles.quantile`,
    point.quantile_values.value AS `quantiles.value`
-- include: metric_source
