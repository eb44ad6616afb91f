INSERT INTO tick_loaded
SELECT * FROM tick_new
