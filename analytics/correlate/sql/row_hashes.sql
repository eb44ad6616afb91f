-- In the order of rows.sql, which reads the same table.
SELECT identity_hashes FROM tick_observations
