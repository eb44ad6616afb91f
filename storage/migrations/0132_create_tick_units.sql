-- Work of one tick: the closed set of units that have to be resolved anew, by the round that found them.
CREATE TABLE tick_units
(
    unit_id UInt64,
    round UInt16
)
ENGINE = Memory
