-- Versions that differ from what is stored. A parent is as its children are. A transaction keeps the ids that its
-- evidence was known under before. JOINED are the parts of this statement that have something to join, WITHOUT what stands
-- for the others. In the order of transactions, their ways and their verdicts: sorted once here instead of by each.
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
    late,
    if(late, fromUnixTimestamp64Micro(deadline_us, 'UTC'), NULL),
    if(late AND end_us > 0, (end_us - deadline_us) / 1000, NULL),
    known,
    if(judge_us = 0, NULL, fromUnixTimestamp64Micro(judge_us, 'UTC')),
    work_ms, queue_ms, retry_ms, unexplained_ms, total, completed, failed, held, observation_count, untimely, hash,
    arraySort(arrayDistinct(arrayConcat(known_ids, former))), {now:DateTime64(3, 'UTC')}, held_by,
    if(revision > 0 AND (prior_flow != '' OR flow = ''), prior_known_at, {now:DateTime64(3, 'UTC')}),
    labels, at_us, units
FROM
(
    SELECT
        *,
        if(total = 0, ended_us, standing_end_us) AS end_us,
        if(total = 0, breached, standing_breached) AS late,
        if(total = 0, judged, standing_judged) AS known,
        -- what its children make of it is what is said of it: a part that failed, or an end that is not there yet
        if(total = 0 OR state = status, verdicts, arrayConcat(
            arrayFilter(v -> v.1 NOT IN ('status', 'e2e-deadline'), verdicts),
            if(known = 0, [], [('e2e-deadline', if(late, 'breached', 'met'),
                fromUnixTimestamp64Micro(if(late, deadline_us, end_us), 'UTC'))]),
            if(state NOT IN ('failed', 'stuck', 'unknown') AND NOT (state = 'completed' AND flow != '' AND deadline_us = 0), [],
                [('status', toString(state), fromUnixTimestamp64Micro(multiIf(
                    state = 'failed', greatest(last_us, children_ended_us),
                    state = 'completed', end_us, deadline_us), 'UTC'))])))
            ::Array(Tuple(rule String, verdict String, event_at DateTime64(6, 'UTC'))) AS held,
        cityHash64(
            flow, tier, state, started_us, end_us, last_us, parent_id, identifiers, milestones, next_due_us,
            systems, deadline_us, late, known, held, observation_count, total, completed, failed,
            start, work_ms, queue_ms, retry_ms, unexplained_ms, arraySort(units), next_milestone, missing_milestone,
            parent_type, parent_value, own_parts, held_by) AS hash
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
            if(total = 0, status, standing) AS state,
            arraySlice(arraySort(joins), 1, 1000) AS held_by,
            multiIf(total = 0 OR standing_judge_us = 0, next_judge_us, next_judge_us = 0, standing_judge_us,
                least(next_judge_us, standing_judge_us)) AS judge_us
        FROM (SELECT *, started_hour, WITHOUT FROM tick_transactions) AS t
        JOINED
    )
)
WHERE prior_hash != hash OR prior_hour != started_hour OR NOT hasAll(known_ids, former)
ORDER BY started_hour, transaction_id
