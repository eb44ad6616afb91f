-- Work of one tick: the values that are not followed.
CREATE TABLE tick_excluded
(
    identity_hash UInt64
)
ENGINE = Memory
