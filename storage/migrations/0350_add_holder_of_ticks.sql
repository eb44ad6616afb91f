-- Who ticked, and when by the clock of the store: of several processes on one store a single one correlates.
ALTER TABLE correlation_ticks
    ADD COLUMN IF NOT EXISTS holder LowCardinality(String),
    ADD COLUMN IF NOT EXISTS entered_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
