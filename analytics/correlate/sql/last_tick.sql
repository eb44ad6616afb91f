-- A tick that was cut short left no row, but may have left versions; old rows of ticks are gone after a week of rest.
-- Clocks are set back, and those of two machines differ: judged_until is of the last tick, latest_at of the latest clock.
SELECT judged_until, latest_at, greatest(last, (SELECT max(version) FROM transactions)) AS version
FROM
(
    SELECT argMax(ticked_at, version) AS judged_until, max(ticked_at) AS latest_at, max(version) AS last
    FROM correlation_ticks
)
