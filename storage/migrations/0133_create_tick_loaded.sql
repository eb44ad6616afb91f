-- Work of one tick: every copy of every observation of the closed set.
CREATE TABLE tick_loaded AS observations ENGINE = Memory
