-- Work of one tick: the next round of label propagation.
CREATE TABLE tick_labels_next AS tick_labels ENGINE = Memory
