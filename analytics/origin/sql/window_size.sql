-- How many spans the window and its baseline hold: more than can be compared are thinned out by whole traces.
SELECT count()
FROM spans
WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes(least({since:DateTime64(9, 'UTC')}, {baseline_since:DateTime64(9, 'UTC')}))
    AND toStartOfFiveMinutes(time) <= toStartOfFiveMinutes(greatest({until:DateTime64(9, 'UTC')}, {baseline_until:DateTime64(9, 'UTC')}))
    AND (time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
        OR time >= {baseline_since:DateTime64(9, 'UTC')} AND time < {baseline_until:DateTime64(9, 'UTC')})
