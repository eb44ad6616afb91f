-- Work of one tick: the values by which more units of the closed set are looked for.
CREATE TABLE tick_values
(
    value UInt64
)
ENGINE = Memory
