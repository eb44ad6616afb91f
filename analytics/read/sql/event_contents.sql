-- As span_contents.sql; the system under which an event is stored need not be the one it stands for.
SELECT source, id, time, type, subject, correlation_id, data, attributes
FROM events
PREWHERE time IN {times:Array(DateTime64(9, 'UTC'))}
    AND indexHint(toStartOfFiveMinutes(time) IN {buckets:Array(DateTime('UTC'))})
    AND id IN {ids:Array(String)}
