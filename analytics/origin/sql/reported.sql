-- Whether any broker said anything while the messages of this tick's trouble were under way: in most estates none does.
WITH
    (SELECT (min(end_us), max(end_us)) FROM origin_evidence WHERE kind = 'span' AND span_kind = 4) AS sent
SELECT 1
FROM queue_reports
WHERE time >= fromUnixTimestamp64Micro(sent.1) - INTERVAL 5 MINUTE AND time < fromUnixTimestamp64Micro(sent.2) + INTERVAL 1 HOUR
LIMIT 1
