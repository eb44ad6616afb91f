-- Work of one tick: its spans as numbers. self and above stand for (trace id, span id); step for (system, name, kind).
CREATE TABLE origin_spans
(
    transaction_id String,
    start_us Int64,
    end_us Int64,
    self UInt64,
    above UInt64,
    linked Array(UInt64),
    step UInt64,
    span_kind UInt8,
    is_error UInt8
)
ENGINE = Memory
