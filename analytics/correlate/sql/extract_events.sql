-- Business events of new segments. Their conventions are columns; identifiers come from the correlation id and from the
-- attributes, in which a value may be a JSON array of several.
INSERT INTO tick_extracted
WITH
    multiIf(parent_type != '', parent_type, CONVENTION(parent_type) != '', CONVENTION(parent_type), 'correlation')
        AS parent_type_,
    PARENT(parent_type_, if(parent_id != '', parent_id, CONVENTION(parent))) AS parent_value
SELECT
    sipHash64('event', source, id) AS unit_id,
    unit_id AS observation_id,
    cityHash64(
        time, type, subject, correlation_id, flow, milestone, outcome, system, data,
        mapKeys(attributes), mapValues(attributes), parent_type, parent_id) AS content_hash,
    segment_id,
    'event' AS kind_,
    time AS at,
    time AS end_at,
    toFixedString('', 16) AS trace_id,
    toFixedString('', 8) AS span_id,
    toFixedString('', 8) AS parent_span_id,
    if(system != '', system, CONVENTION(system)) AS explicit_system,
    source AS service,
    '' AS peer,
    type AS name,
    0 AS span_kind,
    if(raw_flow != '', raw_flow, CONVENTION(flow)) AS flow_,
    if(raw_milestone != '', raw_milestone, CONVENTION(milestone)) AS milestone_,
    EXTRAS AS extras,
    sipHash64(explicit_system, service, flow_, milestone_, extras) AS signature,
    lower(if(raw_outcome != '', raw_outcome, CONVENTION(outcome))) AS outcome_,
    outcome_ = 'error' AS is_error,
    0 AS severity_number,
    arrayConcat(
        arrayMap(
            e -> ({types:Array(String)}[e.1], e.2, {roles:Array(Enum8('identity' = 1, 'reference' = 2))}[e.1]), keyed),
        arrayMap(e -> (substring(e.3, 20), trimBoth(e.2), CAST('reference', 'Enum8(\'identity\' = 1, \'reference\' = 2)')),
            arrayFilter(e -> e.1 = 900, found))
    ) AS identifiers,
    arrayMap(e -> sipHash64({types:Array(String)}[e.1], e.2), identity) AS identity_hashes,
    arrayMap(e -> {gaps_s:Array(UInt32)}[e.1], identity) AS identity_gaps_s,
    time <= toDateTime64(0, 9, 'UTC') OR time > received_at + INTERVAL 1 DAY AS untimely,
    if(parent_value = '',
        map('event_id', id),
        map('event_id', id, 'parent_type', parent_type_, 'parent_value', parent_value))::Map(String, String) AS details
FROM
(
    SELECT
        *,
        flow AS raw_flow,
        milestone AS raw_milestone,
        outcome AS raw_outcome,
        arrayFilter(e -> e.1 != {message_code:UInt16} AND {roles:Array(String)}[e.1] = 'identity', keyed) AS identity
    FROM
    (
        SELECT
            *,
            arrayDistinct(arrayFilter(e -> WANTED, arrayMap(e -> (e.1, NORMALISED), arrayConcat(
                arrayMap(e -> (e.1, e.2), arrayFilter(e -> e.1 < 900, found)),
                if(correlation_id = '', [], [({correlation_code:UInt16}, correlation_id)]))))) AS keyed,
            arraySort(e -> e.1, arrayFilter(e -> e.1 >= 1000, found)) AS conventions
        FROM
        (
            SELECT
                *,
                arrayFlatten(arrayMap(
                    e -> if(startsWith(e.2, '[') AND isValidJSON(e.2),
                        arrayMap(v -> (e.1, if(startsWith(v, '"'), JSONExtractString(v), v), e.3), JSONExtractArrayRaw(e.2)),
                        [e]),
                    listed)) AS found
            FROM
            (
                SELECT
                    *,
                    arrayFilter(
                        e -> e.1 != 0,
                        arrayMap(
                            (k, c, v) -> (
                                toUInt16(multiIf(c != 0, c, startsWith(k, 'wayline.identifier.'), 900, 0)),
                                toString(v),
                                toString(k)),
                            keys,
                            arrayMap(k -> transform(k, {names:Array(String)}, {codes:Array(UInt16)}, 0), keys),
                            mapValues(attributes))) AS listed
                FROM
                (
                    -- a list of several values may have been written out: key.0, key.1
                    SELECT
                        *,
                        arrayMap(
                            k -> if(startsWith(k, 'wayline.identifier.'), replaceRegexpOne(k, '\\.[0-9]+$', ''), toString(k)),
                            mapKeys(attributes)) AS keys
                    FROM events
                    WHERE segment_id IN {segments:Array(UInt64)}
                )
            )
        )
    )
)
