-- Work of one tick: what the flows of the catalog ask of children. delay_us is how late the evidence of a flow may come.
CREATE OR REPLACE TABLE tick_flows
(
    flow LowCardinality(String),
    child_ratio Float64,
    delay_us Int64
)
ENGINE = Memory
