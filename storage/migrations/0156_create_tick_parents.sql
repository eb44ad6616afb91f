-- Work of one tick: which transaction another is part of: by the trace both share (type is empty and value the id of
-- the parent) or by the business key its evidence names.
CREATE TABLE tick_parents
(
    transaction_id FixedString(32),
    parent_type LowCardinality(String),
    parent_value String,
    parent_id String
)
ENGINE = Memory
