-- Work of one tick: the flows of the catalog with the watermarks of their sources. Arrays go with the milestones.
CREATE TABLE tick_flows
(
    code UInt32,
    flow LowCardinality(String),
    tier UInt8,
    settle_us Int64,
    deadline_us Int64,
    delay_us Int64,
    has_terminal UInt8,
    child_ratio Float64,
    names Array(String),
    codes Array(UInt32),
    within_us Array(Int64),
    anchors Array(UInt16),
    required Array(UInt8),
    terminal Array(UInt8),
    failing Array(UInt8),
    choices Array(UInt16),
    owners Array(String),
    delays_us Array(Int64),
    heard_us Array(Int64),
    blind Array(UInt8),
    clocks Array(UInt16),
    pauses Array(Array(Tuple(start UInt32, finish UInt32))),
    deadline_clock UInt16
)
ENGINE = Memory
