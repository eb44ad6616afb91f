-- How far correlation is.
CREATE VIEW correlate_progress AS
SELECT ticks.ticked_at AS ticked_at, ticks.lag_ms AS lag_ms
FROM correlation_ticks AS ticks
ORDER BY ticks.ticked_at DESC
LIMIT 1
