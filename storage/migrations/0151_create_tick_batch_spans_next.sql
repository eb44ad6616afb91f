-- Work of one tick: the next round of finding owners.
CREATE TABLE tick_batch_spans_next AS tick_batch_spans ENGINE = Memory
