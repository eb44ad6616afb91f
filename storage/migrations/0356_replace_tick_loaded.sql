-- Work of one tick: every copy of every observation of the closed set.
CREATE OR REPLACE TABLE tick_loaded AS tick_new ENGINE = Memory
