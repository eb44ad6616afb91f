-- When each step of each component was done or went wrong, and in how many attempts: the deliveries that the same
-- reporter tells of; several reporters of one attempt do not make it several. An error is repaired by the attempt that
-- follows it within settle, whatever became of that one; error_us is the last one nothing followed, waiting_us one
-- that may still be followed.
INSERT INTO tick_steps
SELECT
    component, code, done_us, done_last_us,
    arrayMax(arrayMap(e -> if(e.1 + settle_us <= {now_us:Int64}, e.1, 0), failures)) AS error_us,
    arrayMax(arrayMap(e -> if(e.1 + settle_us > {now_us:Int64}, e.1, 0), failures)) AS waiting_us,
    done_system,
    arrayMax(arrayFilter(e -> e.1 = if(error_us > 0, error_us, waiting_us), failures)).2,
    deliveries, passes
FROM
(
    SELECT
        component, code, {settles_us:Array(Int64)}[code] AS settle_us,
        minIf(begun_us, begun_us > 0) AS done_us,
        max(last_us) AS done_last_us,
        argMinIf(begun_system, (begun_us, begun_system), begun_us > 0) AS done_system,
        max(tries) AS deliveries,
        arraySort(groupUniqArrayArray(done_all)) AS passes,
        groupArrayArray(errors) AS broken,
        groupArrayArray(attempts) AS attempted,
        arrayFilter(
            e -> NOT arrayExists(
                a -> (a.1 > e.1 AND a.1 <= e.1 + settle_us) OR (a.1 = e.1 AND a.2 = 0), attempted),
            broken) AS failures
    FROM
    (
        SELECT
            component, code, reporter,
            minIf(at_us, state = 0) AS begun_us,
            maxIf(at_us, state = 0) AS last_us,
            argMinIf(system, (at_us, system), state = 0) AS begun_system,
            groupArrayIf((at_us, system), state = 1) AS errors,
            groupArray((at_us, state)) AS attempts,
            groupUniqArrayIf(at_us, state = 0 AND has({paused:Array(UInt32)}, code)) AS done_all,
            count() AS tries
        FROM
        (
            SELECT
                if(m.component = 0, o.group_id, m.component) AS component,
                toUInt32(transform(arrayJoin(o.steps), {steps:Array(String)}, {codes:Array(UInt32)}, 0)) AS code,
                cityHash64(o.kind, o.service) AS reporter,
                toString(o.system) AS system,
                greatest(1, toUnixTimestamp64Micro(o.end_at)) AS at_us,
                multiIf(o.outcome = 'retry', 2, o.outcome = 'error' OR (o.kind = 'span' AND o.is_error), 1, 0) AS state
            FROM tick_observations AS o
            LEFT JOIN tick_members AS m ON o.group_id = m.group_id
            WHERE notEmpty(o.steps)
        )
        GROUP BY component, code, reporter
    )
    WHERE code != 0
    GROUP BY component, code
)
