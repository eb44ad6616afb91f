-- Work of one tick: everything that points at a system. The greatest weight of a transaction names its origin.
CREATE TABLE origin_findings
(
    transaction_id String,
    category LowCardinality(String),
    system LowCardinality(String),
    weight Float64,
    confidence Float32,
    evidence String
)
ENGINE = Memory
