-- Work of one tick: the versions to be stored.
CREATE TABLE tick_final AS transactions ENGINE = Memory
