-- Work of one tick: where the trouble of each transaction starts, and how its time was spent.
CREATE TABLE work_origins
(
    transaction_id String,
    category LowCardinality(String),
    system LowCardinality(String),
    confidence Float32,
    evidence String,
    work_ms Float64,
    queue_ms Float64,
    retry_ms Float64,
    unexplained_ms Float64
)
ENGINE = Memory
