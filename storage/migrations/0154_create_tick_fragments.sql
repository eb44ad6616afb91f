-- Work of one tick: to which group a span of a batch trace belongs.
CREATE TABLE tick_fragments
(
    unit_id UInt64,
    span_id FixedString(8),
    parent_span_id FixedString(8),
    owner UInt64,
    group_id UInt64
)
ENGINE = Memory
