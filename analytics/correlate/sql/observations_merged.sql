-- Copies that differ: the one that ends latest, then the greater content hash; identifiers and joins of every copy.
INSERT INTO tick_observations
SELECT
    unit_id, unit_id, observation_id,
    c.1, c.2, c.3, c.4, c.5, c.6, c.7, c.8, c.9, c.10, c.11, c.12, c.13, c.14, c.15, c.16, c.17, c.18, c.19, c.20,
    arrayConcat(arrayMap(i -> i.3, keyed), others) AS identifiers,
    arrayMap(i -> i.1, keyed),
    arrayMap(i -> i.2, keyed),
    c.21,
    mapUpdate(c.22, mapFilter((k, v) -> v != '', map('hop_hashes', hops, 'linked_units', linked)))
FROM
(
    SELECT
        observation_id,
        any(unit_id) AS unit_id,
        argMax(
            (
                content_hash, kind, at, end_at, trace_id, span_id, parent_span_id,
                system, category, service, peer_system, peer_category, name, span_kind, flow, milestone, steps,
                outcome, is_error, severity_number, untimely, details
            ),
            (end_at, content_hash)
        ) AS c,
        arraySort(groupUniqArrayArray(arrayZip(
            identity_hashes, identity_gaps_s,
            arrayFilter(i -> i.role = 'identity' AND i.type != 'message_id', identifiers)))) AS keyed,
        arraySort(groupUniqArrayArray(
            arrayFilter(i -> i.role != 'identity' OR i.type = 'message_id', identifiers))) AS others,
        arrayStringConcat(arrayMap(h -> toString(h), arraySort(groupUniqArrayArray(hop_hashes))), ' ') AS hops,
        arrayStringConcat(arrayMap(u -> toString(u), arraySort(groupUniqArrayArray(linked_units))), ' ') AS linked
    FROM tick_loaded
    WHERE observation_id IN (SELECT observation_id FROM tick_loaded GROUP BY observation_id HAVING count() > 1)
    GROUP BY observation_id
)
