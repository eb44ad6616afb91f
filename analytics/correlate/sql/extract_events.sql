-- Business events of new segments. Their conventions are columns; identifiers come from the correlation id and from the
-- attributes, in which a value may be a JSON array of several.
INSERT INTO tick_extracted
WITH
    arrayFilter(
        e -> e.1 != 0,
        arrayMap(
            (k, v) -> (
                toUInt16(multiIf(
                    transform(k, {names:Array(String)}, {codes:Array(UInt16)}, 0) != 0,
                    transform(k, {names:Array(String)}, {codes:Array(UInt16)}, 0),
                    startsWith(k, 'wayline.identifier.'), 900,
                    0)),
                toString(v),
                toString(k)),
            mapKeys(attributes), mapValues(attributes))
    ) AS listed,
    arrayFlatten(arrayMap(
        e -> if(startsWith(e.2, '[') AND isValidJSON(e.2),
            arrayMap(v -> (e.1, trim(BOTH '"' FROM v), e.3), JSONExtractArrayRaw(e.2)),
            [e]),
        listed)) AS found,
    arrayDistinct(arrayFilter(e -> WANTED, arrayConcat(
        arrayMap(e -> (e.1, NORMALISED), arrayFilter(e -> e.1 < 900, found)),
        if(correlation_id = '', [], arrayMap(e -> (e.1, NORMALISED), [({correlation_code:UInt16}, correlation_id)]))
    ))) AS keyed,
    arrayFilter(e -> e.1 >= 1000, found) AS conventions,
    arrayFilter(e -> e.1 != {message_code:UInt16} AND {roles:Array(String)}[e.1] = 'identity', keyed) AS identity
SELECT
    sipHash64('event', source, id) AS unit_id,
    unit_id AS observation_id,
    cityHash64(
        time, type, subject, correlation_id, flow, milestone, outcome, system, data,
        mapKeys(attributes), mapValues(attributes)) AS content_hash,
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
    if(events.flow != '', events.flow, CONVENTION(flow)) AS flow_,
    if(events.milestone != '', events.milestone, CONVENTION(milestone)) AS milestone_,
    EXTRAS AS extras,
    sipHash64(explicit_system, service, flow_, milestone_, extras) AS signature,
    lower(if(events.outcome != '', events.outcome, CONVENTION(outcome))) AS outcome_,
    outcome_ = 'error' AS is_error,
    '' AS status_message,
    '' AS exception_type,
    '' AS exception_message,
    0 AS severity_number,
    '' AS body,
    source,
    id AS event_id,
    arrayConcat(
        arrayMap(e -> ({types:Array(String)}[e.1], e.2, {roles:Array(String)}[e.1]), keyed),
        arrayMap(e -> (substring(e.3, 20), trimBoth(e.2), 'reference'), arrayFilter(e -> e.1 = 900, found))
    ) AS identifiers,
    arrayMap(e -> sipHash64({types:Array(String)}[e.1], e.2), identity) AS identity_hashes,
    arrayMap(e -> {gaps_s:Array(UInt32)}[e.1], identity) AS identity_gaps_s,
    arrayMap(e -> sipHash64({types:Array(String)}[e.1], e.2),
        arrayFilter(e -> e.1 = {correlation_code:UInt16}, keyed)) AS correlation_hashes,
    [] AS hop_hashes,
    [] AS links,
    [] AS linked_units,
    if(parent_type != '', parent_type, CONVENTION(parent_type)) AS parent_type_,
    if(parent_id != '', parent_id, CONVENTION(parent)) AS parent_value,
    time <= toDateTime64(0, 9, 'UTC') OR time > received_at + INTERVAL 1 DAY AS untimely
FROM events
WHERE segment_id IN {segments:Array(UInt64)}
