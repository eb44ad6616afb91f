SELECT count() AS spans
FROM spans
WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')})
    AND toStartOfFiveMinutes(time) <= toStartOfFiveMinutes({until:DateTime64(9, 'UTC')})
    AND time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
