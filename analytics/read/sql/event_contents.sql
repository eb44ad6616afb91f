SELECT source, id, type, subject, correlation_id, data, attributes
FROM events
WHERE id IN {ids:Array(String)}
    AND time >= {since:DateTime64(9, 'UTC')} AND time <= {until:DateTime64(9, 'UTC')}
ORDER BY time DESC
LIMIT 1 BY source, id
