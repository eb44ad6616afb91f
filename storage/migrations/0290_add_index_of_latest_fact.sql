-- The last moment at which anything about a transaction is told: an hour of which all lies before a window is not read
-- for it (analytics/read/sql/flow_series.sql).
ALTER TABLE transactions ADD INDEX IF NOT EXISTS idx_latest_fact
    greatest(last_at, ifNull(ended_at, last_at), ifNull(breached_at, last_at), ifNull(next_due_at, last_at))
    TYPE minmax GRANULARITY 1
