-- Work of one tick: spans of batch traces on their way to an owner. up is the nearest span above that is not asked yet;
-- owner is the hash of the value the span belongs to, 0 when none is known.
CREATE TABLE tick_batch_spans
(
    unit_id UInt64,
    span_id FixedString(8),
    parent_span_id FixedString(8),
    up FixedString(8),
    owner UInt64
)
ENGINE = Memory
