-- The way of every changed transaction through the milestones of its flow.
INSERT INTO transaction_paths
SELECT
    flow, started_hour, transaction_id, version, 0, status,
    toUnixTimestamp64Micro(started_at),
    ifNull(toUnixTimestamp64Micro(ended_at), 0),
    toUnixTimestamp64Micro(last_at),
    ifNull(toUnixTimestamp64Micro(deadline_at), 0),
    breached, labels, at_us,
    cityHash64(arrayFilter((l, before) -> l != before, labels, arrayPopBack(arrayPushFront(labels, '')))),
    cityHash64(labels)
FROM tick_final
WHERE flow != ''
