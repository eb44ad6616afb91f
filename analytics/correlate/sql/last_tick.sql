-- A tick that was cut short left no row, but may have left versions; old rows of ticks are gone after a week of rest.
SELECT
    (SELECT max(ticked_at) FROM correlation_ticks) AS ticked_at,
    greatest((SELECT max(version) FROM correlation_ticks), (SELECT max(version) FROM transactions)) AS version
