-- Work of one tick: the versions to be stored, with the way of each through the milestones of its flow and its units.
CREATE OR REPLACE TABLE tick_final ENGINE = Memory AS
SELECT
    *, emptyArrayString()::Array(LowCardinality(String)) AS labels, []::Array(Int64) AS at_us, []::Array(UInt64) AS units
FROM transactions
WHERE 0
