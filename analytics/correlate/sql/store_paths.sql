-- The way of every changed transaction through the milestones of its flow, in the order of time; at one moment in the
-- order of event ids, which for an imported log is that of its rows. Of several reporters of one milestone the one that
-- tells of most passages is heard.
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
FROM
(
    SELECT
        f.flow AS flow, f.started_hour AS started_hour, f.transaction_id AS transaction_id, f.version AS version,
        f.status AS status, f.started_at AS started_at, f.ended_at AS ended_at, f.last_at AS last_at,
        f.deadline_at AS deadline_at, f.breached AS breached,
        arrayMap(p -> p.4, passages) AS labels, arrayMap(p -> p.1, passages) AS at_us
    FROM tick_final AS f
    INNER JOIN (SELECT transaction_id AS own_id, component FROM tick_transactions) AS t ON t.own_id = f.transaction_id
    LEFT JOIN
    (
        SELECT component, step_flow, arraySort(groupArrayArray(told)) AS passages
        FROM
        (
            SELECT component, step_flow, milestone, argMax(told, (length(told), kind != 'log', reporter)) AS told
            FROM
            (
                SELECT
                    if(m.component = 0, o.group_id, m.component) AS component,
                    splitByChar('\t', toString(arrayJoin(o.steps))) AS step,
                    step[1] AS step_flow, step[2] AS milestone,
                    o.kind AS kind, cityHash64(o.kind, o.service) AS reporter,
                    groupArray(10000)((
                        greatest(1, toUnixTimestamp64Micro(o.end_at)), length(o.event_id), o.event_id,
                        concat(milestone, multiIf(
                            o.outcome = 'retry', ':retry',
                            o.outcome = 'error' OR (o.kind = 'span' AND o.is_error), ':failed',
                            ''))
                    )) AS told
                FROM tick_observations AS o
                LEFT JOIN tick_members AS m ON o.group_id = m.group_id
                WHERE notEmpty(o.steps)
                GROUP BY component, step, kind, reporter
            )
            GROUP BY component, step_flow, milestone
        )
        GROUP BY component, step_flow
    ) AS p ON p.component = t.component AND p.step_flow = f.flow
    WHERE f.flow != ''
)
