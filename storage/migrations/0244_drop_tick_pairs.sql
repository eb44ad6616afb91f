-- Arrays in memory since.
DROP TABLE IF EXISTS tick_pairs
