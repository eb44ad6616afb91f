INSERT INTO observations
SELECT * FROM tick_new
