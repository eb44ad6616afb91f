-- Work of one tick: what became of each step of each component; times in us, 0 is "not".
CREATE TABLE tick_steps
(
    component UInt64,
    code UInt32,
    done_us Int64,
    done_last_us Int64,
    error_us Int64,
    waiting_us Int64,
    done_system String,
    error_system String,
    deliveries UInt64,
    passes Array(Int64)
)
ENGINE = Memory
