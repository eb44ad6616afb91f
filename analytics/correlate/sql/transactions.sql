-- Flow, milestones, status and deadline of every component as of now. Times are microseconds; 0 is "not".
-- Each level uses only columns of the one inside it: aliases that build on aliases are written out again and again by
-- the engine's analyzer, and planning would take longer than running.
INSERT INTO tick_transactions
SELECT
    component, transaction_id, flow, tier, status, started_us, ended_us, last_us, identifiers,
    arrayMap(
        (name, state, at, due, system, since, tries) -> (
            name,
            state,
            if(at = 0, NULL, fromUnixTimestamp64Micro(at, 'UTC')),
            if(due = 0, NULL, fromUnixTimestamp64Micro(due, 'UTC')),
            system,
            if(at = 0, NULL, (at - since) / 1000),
            toUInt16(tries)),
        names, states,
        arrayMap((s, d, e) -> multiIf(s = 'done', d, s = 'failed', e, 0), states, done, broken_at),
        dues,
        arrayMap((s, ds, es, o) -> multiIf(s = 'done', ds, s = 'failed', es, o), states, done_systems, error_systems, owners),
        arrayMap(a -> if(a = 0 OR passed[a] = 0, started_us, passed[a]), anchors),
        attempts) AS milestones,
    names[arrayLastIndex(d -> d > 0, done)] AS current_milestone,
    if(ended_us > 0, '', names[next_step]) AS next_milestone,
    if(ended_us > 0, 0, next_due) AS next_due_us,
    names[failed_step] AS failed_milestone,
    if(refused, done_systems[failed_step], error_systems[failed_step]) AS failed_system,
    if(lacking, names[next_step], '') AS missing_milestone,
    if(lacking, owners[next_step], '') AS missing_system,
    systems, deadline, breached, judged, if(empty(moments), 0, arrayMin(moments)) AS next_judge_us,
    arrayConcat(
        if(judged, [('e2e-deadline', if(breached, 'breached', 'met'),
            fromUnixTimestamp64Micro(if(breached, deadline, ended_us), 'UTC'))], []),
        if(status IN ('failed', 'stuck', 'unknown'), [('status', toString(status), fromUnixTimestamp64Micro(
            multiIf(
                status != 'failed', if(overdue, next_due, deadline),
                refused, refused_us,
                failed_step > 0, broken_at[failed_step],
                last_us), 'UTC'))], []),
        arrayFilter(v -> v.2 != '', arrayMap(
            -- what is optional, or had its alternative passed, is never missed; what a silent source owes is not judged
            (name, due, d, delay, heard, owed) -> (
                concat('within:', name),
                multiIf(
                    due = 0 OR untimely, '',
                    d > 0, if(d > due, 'breached', 'met'),
                    NOT owed, '',
                    ended_us > 0, if(ended_us > due, 'breached', ''),
                    now_us >= due + delay AND (heard <= 0 OR heard >= due), 'breached',
                    ''),
                fromUnixTimestamp64Micro(if(d > 0 AND d <= due, d, due), 'UTC')),
            names, dues, done, delays_us, heard_us, arrayMap((r, p) -> r AND p = 0, required, passed)))
    ) AS verdicts,
    observation_count, untimely, units, traces, messages, parents, waits, joins, labels, at_us
FROM
(
    SELECT
        *,
        multiIf(deadline = 0 OR untimely, 0, ended_us > 0, ended_us > deadline, past_deadline AND status != 'unknown')
            AS breached,
        deadline > 0 AND NOT untimely AND (ended_us > 0 OR (past_deadline AND status != 'unknown')) AS judged,
        status IN ('stuck', 'unknown') OR (status = 'in_progress' AND past_deadline) AS lacking,
        arrayMap(
            (d, b, p, r, x, e, l) -> multiIf(
                b AND NOT (finished_us > 0 AND NOT refused AND l > e), 'failed',
                d > 0, 'done',
                p > 0 OR x, 'skipped',
                ended_us > 0, if(r, 'missing', 'skipped'),
                'pending'),
            done, broken, passed, required, failing, broken_at, done_last) AS states,
        if(status != 'failed', 0, if(refused, arrayFirstIndex((d, x) -> x AND d = refused_us, done, failing),
            arrayFirstIndex(b -> b, broken))) AS failed_step,
        arrayFilter(t -> t > now_us, arrayConcat(
            arrayMap(e -> if(e > 0, e + settle_us, 0), waiting_at),
            if(ended_us > 0 OR untimely, [], arrayConcat(
                [if(deadline > 0, deadline + delay_us, 0)],
                arrayMap((due, delay) -> if(due > 0, due + delay, 0), dues, delays_us))),
            if(classified OR quiet, [], [last_us + {quiet_us:Int64}]))) AS moments,
        -- what a promising source has to be heard past, or to be blind for, before it can be judged
        arrayFilter(w -> w.2 > 0, if(ended_us > 0 OR untimely, [], arrayConcat(
            [(if(next_step = 0, '', owners[next_step]),
                if(deadline > 0 AND now_us >= deadline + delay_us AND next_heard_us >= 0 AND next_heard_us < deadline,
                    deadline, 0))],
            arrayMap(
                (owner, due, d, delay, heard) -> (owner,
                    if(due > 0 AND d = 0 AND now_us >= due + delay AND heard >= 0 AND heard < due, due, 0)),
                owners, dues, done, delays_us, heard_us),
            -- what is awaited past lost evidence changes when its source turns blind or speaks again, whatever is due;
            -- the wait grows with age, so that watermarks that pass it judge it again ever more rarely
            [if(after_passed = 0 OR after_passed = first_owed OR heard_us[after_passed] < 0, ('', 0),
                (owners[after_passed],
                    greatest(now_us, heard_us[after_passed]) + greatest(now_us - started_us, 3600000000)))]))) AS waits
    FROM
    (
        SELECT
            *,
            multiIf(
                finished_us > 0 AND NOT refused,
                    if(deadline > 0 AND finished_us > deadline AND NOT untimely, 'completed_late', 'completed'),
                refused OR has(broken, 1), 'failed',
                NOT classified, multiIf(NOT quiet, 'in_progress', root_failed, 'failed', 'completed'),
                NOT untimely AND (overdue OR past_deadline),
                    if(next_blind AND next_heard_us < if(overdue, next_due, deadline), 'unknown', 'stuck'),
                'in_progress') AS status,
            multiIf(classified, finished_us, quiet AND NOT root_failed, last_us, 0) AS ended_us
        FROM
        (
            SELECT
                *,
                multiIf(
                    refused, refused_us,
                    terminal_us > 0, terminal_us,
                    has_terminal = 0 AND next_step = 0 AND has(required, 1)
                        AND NOT arrayExists((e, w, l) -> greatest(e, w) > l, broken_at, waiting_at, done_last),
                        arrayMax(arrayMap((r, p) -> if(r, p, 0), required, passed)),
                    0) AS finished_us,
                -- a source that promised to speak has to be heard after the moment, or to be blind
                next_due > 0 AND now_us >= next_due + next_delay_us
                    AND (next_heard_us <= 0 OR next_blind OR next_heard_us >= next_due) AS overdue,
                deadline > 0 AND now_us >= deadline + delay_us
                    AND (next_heard_us <= 0 OR next_blind OR next_heard_us >= deadline) AS past_deadline
            FROM
            (
                SELECT
                    *,
                    refused_us > 0 AND (terminal_us = 0 OR terminal_us < refused_us) AS refused,
                    if(next_step = 0, 0, dues[next_step]) AS next_due,
                    if(next_step = 0, 0, delays_us[next_step]) AS next_delay_us,
                    if(next_step = 0, -1, heard_us[next_step]) AS next_heard_us,
                    next_step > 0 AND blind[next_step] AS next_blind
                FROM
                (
                    SELECT
                        *,
                        arrayMap(e -> e > 0, broken_at) AS broken,
                        arrayMap(d -> if(d > 3000000000000000000, 0, d), arrayMap(
                            (w, a, k, h) -> multiIf(w < 0, 0, a = 0, DUE_FROM_START, passed[a] > 0, DUE_FROM_ANCHOR, 0),
                            within_us, anchors, clocks, HOLDS)) AS dues,
                        arrayMin(arrayFilter((d, t) -> d > 0 AND t, done, terminal)) AS terminal_us,
                        arrayMin(arrayFilter((d, x) -> d > 0 AND x, done, failing)) AS refused_us,
                        -- what is owed after all that was passed, where a blind source owes it: evidence of an earlier
                        -- step that later ones prove passed was lost, and is not what is waited for
                        arrayFirstIndex((r, p, place) -> r AND p = 0 AND place > arrayLastIndex(d -> d > 0, done),
                            required, passed, arrayEnumerate(required)) AS after_passed,
                        arrayFirstIndex((r, p) -> r AND p = 0, required, passed) AS first_owed,
                        if(after_passed > 0 AND blind[after_passed], after_passed, first_owed) AS next_step,
                        if(deadline_us > 0, DEADLINE_DUE, 0) AS deadline
                    FROM
                    (
                        SELECT
                            *,
                            arrayMap((d, g) -> if(d > 0 OR g = 0, d,
                                arrayMax(arrayMap((d2, g2) -> if(g2 = g, d2, 0), done, choices))),
                                done, choices) AS passed
                        FROM
                        (
                            SELECT
                                c.*, f.*,
                                lower(hex(multiIf(
                                    c.key_type != '', sipHash128('identity', c.key_type, c.key_value, c.key_epoch),
                                    notEmpty(c.traces) AND c.part = 0, sipHash128('trace', arrayMin(c.traces)),
                                    notEmpty(c.traces), sipHash128('trace', arrayMin(c.traces), c.part),
                                    sipHash128('observation', c.smallest)))) AS transaction_id,
                                toInt64({now_us:Int64}) AS now_us,
                                f.code > 0 AS classified,
                                f.code = 0 AND {now_us:Int64} >= c.last_us + {quiet_us:Int64} AS quiet
                            FROM tick_components AS c
                            INNER JOIN tick_flows AS f ON f.code = c.flow_code
                        )
                    )
                )
            )
        )
    )
)
