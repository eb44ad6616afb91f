-- Work of one tick: the closed set of units that have to be resolved anew, by the round that found them. fresh are those
-- that new evidence is of.
CREATE OR REPLACE TABLE tick_units
(
    unit_id UInt64,
    round UInt16,
    fresh UInt8
)
ENGINE = Memory
