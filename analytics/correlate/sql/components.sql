-- What the evidence of each component says, and the id it has: the smallest identity value and the epoch of its use,
-- else its smallest trace id, else its smallest observation.
INSERT INTO tick_components
SELECT
    c.component,
    lower(hex(multiIf(
        k.named, sipHash128('identity', k.key.1, k.key.2, k.key.3),
        notEmpty(c.traces), sipHash128('trace', arrayMin(c.traces)),
        sipHash128('observation', c.smallest)))) AS transaction_id,
    c.started_us, c.last_us, c.observation_count, c.untimely,
    k.named OR c.spans_or_events AS evident,
    arraySort(c.identifiers), arraySort(c.systems),
    s.codes, s.done, s.done_last, s.error, s.waiting, s.done_systems, s.error_systems, s.attempts,
    s.passes,
    arraySort(c.explicit_flows),
    if(empty(c.roots), [c.first], c.roots), c.units, arraySort(c.traces), arraySort(c.messages), arraySort(c.parents)
FROM
(
    SELECT
        if(m.component = 0, o.group_id, m.component) AS component,
        minIf(toUnixTimestamp64Micro(o.at), NOT o.untimely) AS timely_start_us,
        maxIf(toUnixTimestamp64Micro(o.end_at), NOT o.untimely) AS timely_last_us,
        if(timely_last_us = 0, min(toUnixTimestamp64Micro(o.at)), timely_start_us) AS started_us,
        if(timely_last_us = 0, max(toUnixTimestamp64Micro(o.end_at)), timely_last_us) AS last_us,
        count() AS observation_count,
        max(o.untimely) AS untimely,
        max(o.kind != 'log') AS spans_or_events,
        min(o.observation_id) AS smallest,
        groupUniqArrayArray(arrayFilter(i -> i.type != 'message_id', o.identifiers)) AS identifiers,
        groupUniqArray(o.system) AS systems,
        groupUniqArrayIf(o.flow, o.flow != '') AS explicit_flows,
        groupArrayIf(
            (cityHash64(o.service, o.name), toUnixTimestamp64Micro(o.end_at), o.is_error),
            o.kind = 'event' OR (o.kind = 'span' AND reinterpretAsUInt64(o.parent_span_id) = 0)) AS roots,
        (argMin(cityHash64(o.service, o.name), o.place), argMin(toUnixTimestamp64Micro(o.end_at), o.place),
            argMin(o.is_error, o.place)) AS first,
        groupUniqArray(o.unit_id) AS units,
        groupUniqArrayIf(o.trace_id, reinterpretAsUInt128(o.trace_id) != 0) AS traces,
        groupUniqArrayArray(arrayMap(i -> i.value, arrayFilter(i -> i.type = 'message_id', o.identifiers))) AS messages,
        groupUniqArrayIf((o.parent_type, o.parent_value), o.parent_value != '') AS parents
    FROM
    (
        -- one number that sorts as (at, observation_id) does
        SELECT *, toInt128(toUnixTimestamp64Nano(at)) * toInt128('18446744073709551616') + observation_id AS place
        FROM tick_observations
    ) AS o
    LEFT JOIN tick_members AS m ON o.group_id = m.group_id
    GROUP BY component
) AS c
ANY LEFT JOIN
(
    SELECT if(m.component = 0, p.group_id, m.component) AS component, min((p.type, p.value, p.epoch)) AS key, 1 AS named
    FROM tick_pairs AS p
    LEFT JOIN tick_members AS m ON p.group_id = m.group_id
    GROUP BY component
) AS k ON c.component = k.component
ANY LEFT JOIN
(
    SELECT
        component, groupArray(code) AS codes, groupArray(done_us) AS done, groupArray(done_last_us) AS done_last,
        groupArray(error_us) AS error, groupArray(waiting_us) AS waiting, groupArray(done_system) AS done_systems,
        groupArray(error_system) AS error_systems, groupArray(deliveries) AS attempts,
        groupArray(passes) AS passes
    FROM tick_steps
    GROUP BY component
) AS s ON c.component = s.component
