-- Work of one tick: traces that carry several values of the type that tells their parts apart: the correlation id,
-- else any identity type. keys are the hashes of those values.
CREATE TABLE tick_batches
(
    unit_id UInt64,
    keys Array(UInt64)
)
ENGINE = Memory
