-- As span_contents.sql; of many records with one time the hash tells which.
SELECT content_hash, severity_text, body, attributes
FROM logs
PREWHERE time IN {times:Array(DateTime64(9, 'UTC'))}
    AND indexHint((toStartOfFiveMinutes(time), service) IN {places:Array(Tuple(DateTime('UTC'), String))})
    AND content_hash IN {hashes:Array(UInt64)}
