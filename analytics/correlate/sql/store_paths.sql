-- The way of every changed transaction through the milestones of its flow.
INSERT INTO transaction_paths
SELECT
    f.flow, f.started_hour, f.transaction_id, f.version, 0, f.status,
    toUnixTimestamp64Micro(f.started_at),
    ifNull(toUnixTimestamp64Micro(f.ended_at), 0),
    toUnixTimestamp64Micro(f.last_at),
    ifNull(toUnixTimestamp64Micro(f.deadline_at), 0),
    f.breached, t.labels, t.at_us,
    cityHash64(arrayFilter((l, before) -> l != before, t.labels, arrayPopBack(arrayPushFront(t.labels, '')))),
    cityHash64(t.labels)
FROM
(
    SELECT flow, started_hour, transaction_id, version, status, started_at, ended_at, last_at, deadline_at, breached
    FROM tick_final
    WHERE flow != ''
) AS f
INNER JOIN (SELECT transaction_id AS own_id, labels, at_us FROM tick_transactions) AS t
    ON t.own_id = f.transaction_id
