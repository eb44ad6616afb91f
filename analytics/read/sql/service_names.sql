-- Names alone: the attributes of all spans of a day are read by no other question of the page of systems.
SELECT groupUniqArray(10000)(toString(service)) AS services, CAST([], 'Array(String)') AS peers
FROM spans
WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')})
    AND toStartOfFiveMinutes(time) <= toStartOfFiveMinutes({until:DateTime64(9, 'UTC')})
    AND time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
