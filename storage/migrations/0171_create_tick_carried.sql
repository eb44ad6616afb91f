-- Work of one tick: which groups carry a suspect, and the other suspects there where nothing else names the evidence.
CREATE TABLE tick_carried
(
    value_hash UInt64,
    group_id UInt64,
    others Array(UInt64)
)
ENGINE = Memory
