-- Work of one tick: how the children of each parent stand; times in microseconds, 0 is "not".
CREATE OR REPLACE TABLE tick_children
(
    parent_id String,
    total UInt32,
    completed UInt32,
    failed UInt32,
    unknown UInt32,
    ended_us Int64,
    origin Tuple(category String, system String, confidence Float32, evidence String)
)
ENGINE = Memory
