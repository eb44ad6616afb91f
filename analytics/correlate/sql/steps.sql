-- When each step of each component was done or went wrong, and in how many attempts: the deliveries that the same
-- reporter tells of; several reporters of one attempt do not make it several.
INSERT INTO tick_steps
SELECT
    component,
    code,
    minIf(done_us, done_us > 0),
    max(done_last_us),
    max(error_us),
    argMinIf(done_system, (done_us, done_system), done_us > 0),
    argMax(error_system, (error_us, error_system)),
    max(deliveries)
FROM
(
    SELECT
        component, code, reporter,
        minIf(at_us, state = 0) AS done_us,
        maxIf(at_us, state = 0) AS done_last_us,
        maxIf(at_us, state = 1) AS error_us,
        argMinIf(system, (at_us, system), state = 0) AS done_system,
        argMaxIf(system, (at_us, system), state = 1) AS error_system,
        count() AS deliveries
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
