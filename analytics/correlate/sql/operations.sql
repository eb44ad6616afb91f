-- In the order of rows.sql, which reads the same table.
SELECT cityHash64(service, name) AS operation FROM tick_observations
