-- Work of one tick: traces whose parts are told apart. keys are hashes of the values that do so: correlation ids, else
-- values of an identity type of which there are several; spare are such values where there are correlation ids as well.
CREATE TABLE tick_batches
(
    unit_id UInt64,
    keys Array(UInt64),
    spare Array(UInt64)
)
ENGINE = Memory
