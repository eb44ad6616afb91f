-- Work of one tick: how the parents of the tick stand by their children, and what they say of that to their own parents.
-- next_judge_us is when a parent that only its children hold open meets its deadline, 0 where it is not.
CREATE OR REPLACE TABLE tick_standing
(
    parent_id String,
    total UInt32,
    completed UInt32,
    failed UInt32,
    children_ended_us Int64,
    state LowCardinality(String),
    end_us Int64,
    breached UInt8,
    judged UInt8,
    next_judge_us Int64,
    origin Tuple(category String, system String, confidence Float32, evidence String)
)
ENGINE = Memory
