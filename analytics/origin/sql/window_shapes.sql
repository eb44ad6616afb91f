-- Runs of the window and of its baseline, grouped by shape: the same step (system, operation, operation around it in
-- the same system), the same other side, the same calls and log templates (as hashes), the same errors.
-- Own time: the run without what ran below it, whatever runs side by side counted once. A remote child counts with its
-- whole length, so that clocks which disagree shift nothing; one that takes a message from a queue does not count.
-- A trace seen in the window is no part of the baseline. Spans up to a minute after either are read as children only.
WITH
    s AS
    (
        SELECT trace_id, span_id, parent_span_id, kind,
            transform(toString(service), {services:Array(String)}, {systems:Array(String)}, toString(service)) AS system,
            toString(name) AS operation,
            toUnixTimestamp64Nano(time) AS start_ns,
            start_ns + toInt64(duration_ns) AS end_ns,
            status_code = 2 AS is_error,
            replaceRegexpAll(substring(status_message, 1, 200), '[0-9a-fA-F]{8}[0-9a-fA-F-]*|[0-9]+', '*') AS message,
            if(kind IN (3, 4), coalesce(nullIf(attributes['peer.service'], ''), attributes['server.address']), '') AS other,
            time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')} AS in_window,
            time >= {baseline_since:DateTime64(9, 'UTC')} AND time < {baseline_until:DateTime64(9, 'UTC')} AS in_baseline
        FROM spans
        WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes(least({since:DateTime64(9, 'UTC')}, {baseline_since:DateTime64(9, 'UTC')}))
            AND toStartOfFiveMinutes(time) <= toStartOfFiveMinutes(greatest({until:DateTime64(9, 'UTC')}, {baseline_until:DateTime64(9, 'UTC')}) + INTERVAL 1 MINUTE)
            AND (time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')} + INTERVAL 1 MINUTE
                OR time >= {baseline_since:DateTime64(9, 'UTC')}
                    AND time < {baseline_until:DateTime64(9, 'UTC')} + INTERVAL 1 MINUTE)
            AND cityHash64(trace_id) % {every:UInt32} = 0
            AND (empty({traces:Array(String)}) OR trace_id IN
                (SELECT toFixedString(unhex(arrayJoin({traces:Array(String)})), 16)))
        LIMIT 1 BY trace_id, span_id
    ),
    placed AS
    (
        SELECT s.*, p.system AS above_system, p.operation AS above_operation,
            greatest(s.start_ns, p.start_ns) AS from_ns, greatest(from_ns, least(s.end_ns, p.end_ns)) AS to_ns
        FROM s LEFT JOIN (SELECT trace_id, span_id, system, operation, start_ns, end_ns FROM s) AS p
            ON p.trace_id = s.trace_id AND p.span_id = s.parent_span_id
    ),
    below AS
    (
        SELECT trace_id, parent_span_id AS span_id,
            greatest(
                intervalLengthSum(from_ns, to_ns),
                sumIf(end_ns - start_ns, system != above_system AND kind != 5)) AS below_ns,
            minIf(system, system != above_system) AS peer,
            groupUniqArray(cityHash64(system, operation)) AS calls
        FROM placed
        WHERE above_system != ''
        GROUP BY trace_id, span_id
    ),
    said AS
    (
        SELECT trace_id, span_id, groupUniqArrayIf(template, NOT is_bad) AS told, groupUniqArrayIf(template, is_bad) AS complained
        FROM
        (
            SELECT trace_id, span_id,
                severity_number >= 13 OR severity_number = 0 AND match(
                    if(severity_text = '', substring(body, 1, 80), upper(severity_text)), {complaint:String}) AS is_bad,
                extract(body, {place:String}) AS place,
                cityHash64(if(place != '', place, substring(
                    replaceRegexpAll(replaceRegexpAll(replaceRegexpAll(substring(body, 1, 1000),
                        {changing:String}, '*'), {assigned:String}, '\\1*'), {listed:String}, '*'), 1, 100))) AS template
            FROM logs
            WHERE span_id != toFixedString('', 8)
                AND toStartOfFiveMinutes(time) >= toStartOfFiveMinutes(least({since:DateTime64(9, 'UTC')}, {baseline_since:DateTime64(9, 'UTC')}) - INTERVAL 1 MINUTE)
                AND toStartOfFiveMinutes(time) <= toStartOfFiveMinutes(greatest({until:DateTime64(9, 'UTC')}, {baseline_until:DateTime64(9, 'UTC')}) + INTERVAL 1 MINUTE)
                AND (time >= {since:DateTime64(9, 'UTC')} - INTERVAL 1 MINUTE
                        AND time < {until:DateTime64(9, 'UTC')} + INTERVAL 1 MINUTE
                    OR time >= {baseline_since:DateTime64(9, 'UTC')} - INTERVAL 1 MINUTE
                        AND time < {baseline_until:DateTime64(9, 'UTC')} + INTERVAL 1 MINUTE)
                AND cityHash64(trace_id) % {every:UInt32} = 0
        )
        GROUP BY trace_id, span_id
    )
SELECT
    system, operation, around, peer, in_window, events, errors,
    count() AS n,
    avg(log2(own_ms + {floor_ms:Float64})) AS mean_log_ms,
    argMax((lower(hex(trace_id)), lower(hex(span_id))), own_ms) AS slowest,
    groupArraySorted(32)((cityHash64(trace_id), lower(hex(trace_id)), lower(hex(span_id)))) AS samples
FROM
(
    SELECT placed.trace_id AS trace_id, placed.span_id AS span_id, placed.system AS system, placed.operation AS operation,
        if(placed.above_system = placed.system, placed.above_operation, '') AS around,
        if(below.peer != '' OR placed.other = '', below.peer,
            transform(placed.other, {services:Array(String)}, {systems:Array(String)}, placed.other)) AS peer,
        placed.in_window AS in_window,
        (placed.end_ns - placed.start_ns - least(placed.end_ns - placed.start_ns, below.below_ns)) / 1e6 AS own_ms,
        arraySort(arrayConcat(below.calls, said.told)) AS events,
        arraySort(if(placed.is_error AND empty(said.complained), [cityHash64(placed.message)], said.complained)) AS errors
    FROM placed
    LEFT JOIN below ON below.trace_id = placed.trace_id AND below.span_id = placed.span_id
    LEFT JOIN said ON said.trace_id = placed.trace_id AND said.span_id = placed.span_id
    WHERE placed.in_window OR placed.in_baseline AND placed.trace_id NOT IN
    (
        SELECT trace_id FROM spans
        WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')}) AND toStartOfFiveMinutes(time) <= toStartOfFiveMinutes({until:DateTime64(9, 'UTC')})
            AND time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
    )
)
GROUP BY system, operation, around, peer, in_window, events, errors
ORDER BY system, operation, around, peer, in_window, events, errors
LIMIT 200000
SETTINGS optimize_functions_to_subcolumns = 0
