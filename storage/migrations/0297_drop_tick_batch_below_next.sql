-- Arrays in memory since.
DROP TABLE IF EXISTS tick_batch_below_next
