-- Work of one tick: the new observations, ready to be stored.
CREATE TABLE tick_new AS observations ENGINE = Memory
