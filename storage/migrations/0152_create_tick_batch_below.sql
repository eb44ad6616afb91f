-- Work of one tick: the smallest and the greatest owner below a span that has none above.
CREATE TABLE tick_batch_below
(
    unit_id UInt64,
    span_id FixedString(8),
    least UInt64,
    greatest UInt64
)
ENGINE = Memory
