-- Work of one tick: which component a group belongs to; a group that is missing here is a component of its own.
CREATE TABLE tick_members
(
    group_id UInt64,
    component UInt64
)
ENGINE = Memory
