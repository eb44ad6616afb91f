SELECT content_hash, severity_number, severity_text, body, attributes
FROM logs
WHERE content_hash IN {hashes:Array(UInt64)}
    AND time >= {since:DateTime64(9, 'UTC')} AND time <= {until:DateTime64(9, 'UTC')}
LIMIT 1 BY content_hash
