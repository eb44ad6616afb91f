-- Work of one tick: what the search for origins found, and how the time was spent.
CREATE TABLE tick_origins
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
