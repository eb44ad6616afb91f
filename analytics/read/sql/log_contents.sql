SELECT content_hash, severity_text, body, attributes
FROM logs
WHERE has(arrayMap(t -> toStartOfFiveMinutes(t), {times:Array(DateTime64(9, 'UTC'))}), toStartOfFiveMinutes(time))
    AND service IN {services:Array(String)}
    AND time >= {since:DateTime64(9, 'UTC')} AND time <= {until:DateTime64(9, 'UTC')}
    AND content_hash IN {hashes:Array(UInt64)}
