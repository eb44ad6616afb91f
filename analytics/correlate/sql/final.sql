-- Versions that differ from what is stored. A parent is as its children are. A transaction keeps the ids that its
-- evidence was known under before. JOINED are the parts of this statement that have something to join, WITHOUT what stands
-- for the others.
INSERT INTO tick_final
SELECT
    started_hour, transaction_id, {version:UInt64}, 0, flow, tier, state, status, revision + 1,
    fromUnixTimestamp64Micro(started_us, 'UTC'),
    if(end_us = 0, NULL, fromUnixTimestamp64Micro(end_us, 'UTC')),
    fromUnixTimestamp64Micro(last_us, 'UTC'),
    (if(end_us = 0, last_us, end_us) - started_us) / 1000,
    parent_id, parent_type, parent_value,
    identifiers, milestones, current_milestone, next_milestone,
    if(next_due_us = 0, NULL, fromUnixTimestamp64Micro(next_due_us, 'UTC')),
    failed_milestone, missing_milestone, systems,
    start.1, start.2, start.3, start.4,
    if(deadline_us = 0, NULL, fromUnixTimestamp64Micro(deadline_us, 'UTC')),
    breached,
    if(breached, fromUnixTimestamp64Micro(deadline_us, 'UTC'), NULL),
    if(breached AND ended_us > 0, (ended_us - deadline_us) / 1000, NULL),
    judged,
    if(next_judge_us = 0, NULL, fromUnixTimestamp64Micro(next_judge_us, 'UTC')),
    work_ms, queue_ms, retry_ms, unexplained_ms, total, completed, failed, held, observation_count, untimely, hash,
    arraySort(arrayDistinct(arrayConcat(known_ids, former))), {now:DateTime64(3, 'UTC')}
FROM
(
    SELECT
        *,
        if(total = 0, ended_us, standing_end_us) AS end_us,
        -- what its children make of it is what is said of it: a part that failed, or an end that is not there yet
        if(total = 0 OR state = status, verdicts, arrayConcat(
            arrayFilter(v -> v.1 != 'status' AND (v.1 != 'e2e-deadline' OR v.2 != 'met' OR state LIKE 'completed%'),
                verdicts),
            if(state != 'failed', [], [('status', 'failed',
                fromUnixTimestamp64Micro(greatest(last_us, children_ended_us), 'UTC'))])))
            ::Array(Tuple(rule String, verdict String, event_at DateTime64(6, 'UTC'))) AS held,
        cityHash64(
            flow, tier, state, started_us, end_us, last_us, parent_id, identifiers, toString(milestones), next_due_us,
            systems, deadline_us, breached, judged, held, observation_count, total, completed, failed,
            start, work_ms, queue_ms, retry_ms, unexplained_ms, arraySort(units)) AS hash
    FROM
    (
        SELECT
            *,
            -- trouble has an origin, if only one that is not known
            multiIf(
                standing_origin.1 != '', standing_origin,
                own_category != '', (own_category, own_system, own_confidence, own_evidence),
                state IN ('failed', 'stuck', 'completed_late'), ('unknown', '', toFloat32(0), ''),
                ('', '', toFloat32(0), '')) AS start,
            if(total = 0, status, standing) AS state
        FROM (SELECT *, started_hour, WITHOUT FROM tick_transactions) AS t
        JOINED
    )
)
WHERE prior_hash != hash OR prior_hour != started_hour OR NOT hasAll(known_ids, former)
