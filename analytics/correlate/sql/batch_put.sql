-- Observations of batch traces in the group of their span; keys of other parts are references there. A link into a
-- batch joins the part that it points at, if that is one.
INSERT INTO tick_observations
SELECT
    group_id, unit_id, observation_id, content_hash, kind, at, end_at, trace_id, span_id, parent_span_id,
    system, category, service, peer_system, peer_category, name, span_kind, flow, milestone, steps,
    outcome, is_error, severity_number,
    arrayConcat(
        arrayMap(
            (i, h) -> if(has(foreign_keys, h),
                (i.1, i.2, CAST('reference', 'Enum8(\'identity\' = 1, \'reference\' = 2)')), i),
            own_identifiers, identity_hashes),
        arrayFilter(i -> i.role != 'identity' OR i.type = 'message_id', identifiers)
    )::Array(Tuple(type LowCardinality(String), value String, role Enum8('identity' = 1, 'reference' = 2))),
    arrayFilter(h -> NOT has(foreign_keys, h), identity_hashes),
    arrayFilter((g, h) -> NOT has(foreign_keys, h), identity_gaps_s, identity_hashes),
    untimely,
    if(empty(targets), details,
        mapUpdate(details, map('linked_units', if(length(targets) = 1, toString(targets[1]), ''))))
FROM
(
    SELECT
        *,
        arrayFilter(i -> i.role = 'identity' AND i.type != 'message_id', identifiers) AS own_identifiers,
        arrayIntersect(arrayDistinct(identity_hashes), keys) AS carried,
        arrayIntersect(arrayDistinct(identity_hashes), spare) AS carried_spare,
        multiIf(
            kind = 'span' OR (length(carried) != 1 AND placed), owner,
            length(carried) = 1, carried[1],
            empty(carried) AND length(carried_spare) = 1, carried_spare[1],
            0) AS part,
        if(empty(keys) OR part = 0, unit_id, sipHash64(unit_id, part)) AS group_id,
        arrayFilter(h -> h != part, if(has(keys, part), carried, arrayConcat(carried, carried_spare))) AS foreign_keys
    FROM (SELECT * EXCEPT group_id FROM tick_batch_observations) AS o
    LEFT JOIN (SELECT unit_id AS batch_unit, keys, spare FROM tick_batches) AS b ON o.unit_id = b.batch_unit
    LEFT JOIN (SELECT unit_id AS part_unit, span_id AS part_span, owner, 1 AS placed FROM tick_fragments) AS f
        ON o.unit_id = f.part_unit AND o.span_id = f.part_span
    LEFT JOIN
    (
        SELECT l.observation_id AS linking_id, groupUniqArray(x.group_id) AS targets
        FROM
        (
            SELECT observation_id, arrayJoin(links) AS link, sipHash64(link.1) AS unit_id, link.2 AS span_id
            FROM tick_batch_observations
            WHERE notEmpty(linked_units)
        ) AS l
        INNER JOIN tick_fragments AS x ON l.unit_id = x.unit_id AND l.span_id = x.span_id
        GROUP BY linking_id
    ) AS t ON t.linking_id = o.observation_id
)
