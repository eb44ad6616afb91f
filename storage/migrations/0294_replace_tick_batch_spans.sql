-- Work of one tick: spans of batch traces with the hash of the value each belongs to, 0 when that is none.
CREATE OR REPLACE TABLE tick_batch_spans
(
    unit_id UInt64,
    span_id FixedString(8),
    parent_span_id FixedString(8),
    owner UInt64
)
ENGINE = Memory
