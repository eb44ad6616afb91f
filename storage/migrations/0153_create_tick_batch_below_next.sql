-- Work of one tick: the next round of looking below.
CREATE TABLE tick_batch_below_next AS tick_batch_below ENGINE = Memory
