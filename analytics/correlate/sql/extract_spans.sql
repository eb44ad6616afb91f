-- Spans of new segments with their identifiers and conventions found by attribute name. NORMALISED, WANTED and EXTRAS
-- are expressions that extract.py makes from the catalog. A span that links to exactly one other trace is joined to it.
INSERT INTO tick_extracted
WITH
    has(`events.name`, 'exception') AS is_thrown,
    if(is_thrown, `events.attributes`[indexOf(`events.name`, 'exception')]['exception.type'], '') AS exception_type,
    if(is_thrown, `events.attributes`[indexOf(`events.name`, 'exception')]['exception.message'], '') AS exception_message,
    if(kind IN (4, 5), arrayStringConcat(arrayMap(e -> toString(sipHash64('message_id', e.2)),
        arrayFilter(e -> e.1 = {message_code:UInt16}, keyed)), ' '), '') AS hops,
    if(CONVENTION(parent_type) != '', CONVENTION(parent_type), 'correlation') AS parent_type,
    PARENT(parent_type, CONVENTION(parent)) AS parent_value
SELECT
    sipHash64(trace_id) AS unit_id,
    sipHash64('span', trace_id, span_id) AS observation_id,
    cityHash64(
        time, duration_ns, name, kind, service, status_code, status_message, parent_span_id,
        mapKeys(attributes), mapValues(attributes), found, extras, `links.trace_id`, `links.span_id`,
        exception_type, exception_message) AS content_hash,
    segment_id,
    'span' AS kind_,
    time AS at,
    addNanoseconds(time, duration_ns) AS end_at,
    trace_id,
    span_id,
    parent_span_id,
    CONVENTION(system) AS explicit_system,
    service,
    if(kind IN (3, 4), CONVENTION(peer), '') AS peer,
    name,
    kind AS span_kind,
    CONVENTION(flow) AS flow,
    CONVENTION(milestone) AS milestone,
    EXTRAS AS extras,
    sipHash64(explicit_system, service, flow, milestone, extras) AS signature,
    lower(CONVENTION(outcome)) AS outcome,
    status_code = 2 OR outcome = 'error' AS is_error,
    0 AS severity_number,
    arrayMap(
        e -> ({types:Array(String)}[e.1], e.2, {roles:Array(Enum8('identity' = 1, 'reference' = 2))}[e.1]), keyed)
        AS identifiers,
    arrayMap(e -> sipHash64({types:Array(String)}[e.1], e.2), identity) AS identity_hashes,
    arrayMap(e -> {gaps_s:Array(UInt32)}[e.1], identity) AS identity_gaps_s,
    -- A span that claims to end more than a day ahead is as absurd as one that starts there.
    time <= toDateTime64(0, 9, 'UTC') OR time > received_at + INTERVAL 1 DAY
        OR duration_ns > toUInt64(greatest(0, toUnixTimestamp64Nano(toDateTime64(received_at, 9, 'UTC') + INTERVAL 1 DAY)
            - toUnixTimestamp64Nano(time))) AS untimely,
    multiIf(
        status_message != '' OR is_thrown OR notEmpty(`links.trace_id`) OR parent_value != '',
        mapFilter((k, v) -> v != '', map(
            'status_message', status_message,
            'exception_type', exception_type,
            'exception_message', exception_message,
            'hop_hashes', hops,
            'links', arrayStringConcat(arrayMap((t, s) -> lower(hex(concat(t, s))), `links.trace_id`, `links.span_id`), ' '),
            'linked_units', if(length(linked_traces) = 1, toString(sipHash64(linked_traces[1])), ''),
            'parent_type', if(parent_value = '', '', parent_type),
            'parent_value', parent_value)),
        hops != '', map('hop_hashes', hops),
        map()::Map(String, String)) AS details
FROM
(
    SELECT
        *,
        arrayFilter(e -> e.1 != {message_code:UInt16} AND {roles:Array(String)}[e.1] = 'identity', keyed)
            AS identity,
        arrayDistinct(arrayFilter(t -> t != trace_id, `links.trace_id`)) AS linked_traces
    FROM
    (
        SELECT
            *,
            arrayDistinct(arrayFilter(e -> WANTED, arrayMap(e -> (e.1, NORMALISED), arrayFilter(e -> e.1 < 900, found))))
                AS keyed,
            arraySort(e -> e.1, arrayFilter(e -> e.1 >= 1000, found)) AS conventions
        FROM
        (
            SELECT
                *,
                arrayConcat(
                    arrayZip(
                        arrayMap(c -> toUInt16(c), arrayFilter(c -> c != 0, own_codes)),
                        arrayFilter((v, c) -> c != 0, mapValues(attributes), own_codes)),
                    arrayZip(
                        arrayMap(c -> toUInt16(c), arrayFilter(c -> c != 0, resource_codes)),
                        arrayFilter((v, c) -> c != 0, mapValues(resource_attributes), resource_codes))
                ) AS found
            FROM
            (
                    SELECT
                        segment_id, received_at, time, duration_ns, trace_id, span_id, parent_span_id, name, kind, service,
                        status_code, status_message, attributes, resource_attributes, `events.name`,
                        `events.attributes`, `links.trace_id`, `links.span_id`,
                        arrayMap(k -> transform(k, {names:Array(String)}, {codes:Array(UInt16)}, 0), mapKeys(attributes))
                            AS own_codes,
                        arrayMap(k -> transform(k, {names:Array(String)}, {codes:Array(UInt16)}, 0),
                            mapKeys(resource_attributes)) AS resource_codes
                    FROM spans
                    WHERE segment_id IN {segments:Array(UInt64)} AND service != 'wayline'
            )
        )
    )
)
