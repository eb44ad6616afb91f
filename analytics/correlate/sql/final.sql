-- Versions that differ from what is stored. A transaction keeps the ids that its evidence was known under before.
INSERT INTO tick_final
SELECT
    t.started_hour, t.transaction_id, {version:UInt64}, 0,
    t.flow, t.tier, t.status, t.status, p.revision + 1,
    fromUnixTimestamp64Micro(t.started_us, 'UTC'),
    if(t.ended_us = 0, NULL, fromUnixTimestamp64Micro(t.ended_us, 'UTC')),
    fromUnixTimestamp64Micro(t.last_us, 'UTC'),
    (if(t.ended_us = 0, t.last_us, t.ended_us) - t.started_us) / 1000,
    '', t.identifiers, t.milestones, t.current_milestone, t.next_milestone,
    if(t.next_due_us = 0, NULL, fromUnixTimestamp64Micro(t.next_due_us, 'UTC')),
    t.failed_milestone, t.missing_milestone, t.systems,
    o.category, o.system, o.confidence, o.evidence,
    if(t.deadline_us = 0, NULL, fromUnixTimestamp64Micro(t.deadline_us, 'UTC')),
    t.breached,
    if(t.breached, fromUnixTimestamp64Micro(t.deadline_us, 'UTC'), NULL),
    if(t.breached AND t.ended_us > 0, (t.ended_us - t.deadline_us) / 1000, NULL),
    t.judged,
    if(t.next_judge_us = 0, NULL, fromUnixTimestamp64Micro(t.next_judge_us, 'UTC')),
    o.work_ms, o.queue_ms, o.retry_ms, o.unexplained_ms,
    0, 0, 0, t.verdicts, t.observation_count, t.untimely,
    cityHash64(
        t.flow, t.tier, t.status, t.started_us, t.ended_us, t.last_us, t.identifiers, toString(t.milestones),
        t.next_due_us, t.systems, t.deadline_us, t.breached, t.judged, t.verdicts, t.observation_count,
        o.category, o.system, o.confidence, o.evidence, o.work_ms, o.queue_ms, o.retry_ms, o.unexplained_ms
    ) AS hash,
    arraySort(arrayDistinct(arrayConcat(p.known_ids, f.former))), {now:DateTime64(3, 'UTC')}
FROM tick_transactions AS t
LEFT JOIN tick_prior AS p ON p.transaction_id = t.transaction_id
LEFT JOIN
(
    SELECT now_in, groupUniqArray(id) AS former
    FROM
    (
        SELECT arrayJoin(arrayConcat([toString(q.transaction_id)], q.known_ids)) AS id, n.transaction_id AS now_in
        FROM (SELECT transaction_id, known_ids, arrayJoin(units) AS unit_id FROM tick_prior) AS q
        INNER JOIN (SELECT transaction_id, arrayJoin(units) AS unit_id FROM tick_transactions) AS n
            ON q.unit_id = n.unit_id
        WHERE q.transaction_id NOT IN (SELECT transaction_id FROM tick_transactions)
    )
    GROUP BY now_in
) AS f ON f.now_in = t.transaction_id
LEFT JOIN work_origins AS o ON o.transaction_id = toString(t.transaction_id)
WHERE p.content_hash != hash OR p.started_hour != t.started_hour OR notEmpty(f.former)
