-- Log records of new segments that belong to a trace or carry an identity value of their own. Others are no evidence.
INSERT INTO tick_extracted
WITH
    attributes['exception.type'] AS exception_type,
    attributes['exception.message'] AS exception_message,
    if(CONVENTION(parent_type) != '', CONVENTION(parent_type), 'correlation') AS parent_type,
    PARENT(parent_type, CONVENTION(parent)) AS parent_value
SELECT
    if(traced, sipHash64(trace_id), sipHash64('log', content_hash)) AS unit_id,
    sipHash64('log', content_hash) AS observation_id,
    content_hash,
    segment_id,
    'log' AS kind_,
    happened_at AS at,
    happened_at AS end_at,
    trace_id,
    span_id,
    toFixedString('', 8) AS parent_span_id,
    CONVENTION(system) AS explicit_system,
    service,
    '' AS peer,
    event_name AS name,
    0 AS span_kind,
    CONVENTION(flow) AS flow,
    CONVENTION(milestone) AS milestone,
    EXTRAS AS extras,
    sipHash64(explicit_system, service, flow, milestone, extras) AS signature,
    lower(CONVENTION(outcome)) AS outcome,
    severity_number >= 17 OR outcome = 'error' AS is_error,
    severity_number,
    arrayMap(
        e -> ({types:Array(String)}[e.1], e.2, {roles:Array(Enum8('identity' = 1, 'reference' = 2))}[e.1]), keyed)
        AS identifiers,
    arrayMap(e -> sipHash64({types:Array(String)}[e.1], e.2), identity) AS identity_hashes,
    arrayMap(e -> {gaps_s:Array(UInt32)}[e.1], identity) AS identity_gaps_s,
    happened_at <= toDateTime64(0, 9, 'UTC') OR happened_at > received_at + INTERVAL 1 DAY AS untimely,
    multiIf(
        exception_type != '' OR exception_message != '' OR parent_value != '',
        mapFilter((k, v) -> v != '', map(
            'exception_type', exception_type,
            'exception_message', exception_message,
            'body', left(body, 300),
            'parent_type', if(parent_value = '', '', parent_type),
            'parent_value', parent_value)),
        body != '', map('body', left(body, 300)),
        map()::Map(String, String)) AS details
FROM
(
    SELECT
        *,
        arrayFilter(e -> e.1 != {message_code:UInt16} AND {roles:Array(String)}[e.1] = 'identity', keyed)
            AS identity
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
                        *,
                        arrayMap(k -> transform(k, {names:Array(String)}, {codes:Array(UInt16)}, 0), mapKeys(attributes))
                            AS own_codes,
                        arrayMap(k -> transform(k, {names:Array(String)}, {codes:Array(UInt16)}, 0),
                            mapKeys(resource_attributes)) AS resource_codes,
                        reinterpretAsUInt128(trace_id) != 0 AS traced,
                        if(toUnixTimestamp64Nano(time) = 0, observed_time, time) AS happened_at
                    FROM logs
                    WHERE segment_id IN {segments:Array(UInt64)}
            )
        )
    )
)
WHERE traced OR notEmpty(identity)
