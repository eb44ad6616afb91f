SELECT source, id, time, type, subject, correlation_id, data, attributes
FROM events
WHERE has(arrayMap(t -> toStartOfFiveMinutes(t), {times:Array(DateTime64(9, 'UTC'))}), toStartOfFiveMinutes(time))
    AND time >= {since:DateTime64(9, 'UTC')} AND time <= {until:DateTime64(9, 'UTC')}
    AND id IN {ids:Array(String)}
