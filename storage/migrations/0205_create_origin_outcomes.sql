-- Work of a minute: which systems recent transactions passed, those in trouble and those that came through; a row of no
-- transactions says when that was looked up.
CREATE TABLE origin_outcomes
(
    systems Array(LowCardinality(String)),
    in_trouble UInt8,
    transactions UInt64,
    examples Array(String),
    looked_up_at DateTime64(3, 'UTC')
)
ENGINE = Memory
