-- The units that new evidence touches, as a whole, under every value they carry.
INSERT INTO identifier_units
SELECT
    value_hash, unit_id,
    multiIf(
        arrayExists(h -> h != value_hash, correlations), arrayFirst(h -> h != value_hash, correlations),
        arrayExists(h -> h != value_hash, identity), arrayFirst(h -> h != value_hash, identity),
        0),
    traced, {version:UInt64}
FROM
(
    SELECT
        unit_id,
        arraySort(groupUniqArrayArray(identity_hashes)) AS identity,
        arraySort(groupUniqArrayArray(correlation_hashes)) AS correlations,
        max(reinterpretAsUInt128(trace_id) != 0) AS traced,
        groupUniqArrayArray(arrayConcat(identity_hashes, hop_hashes, linked_units)) AS hashes
    FROM tick_loaded
    WHERE unit_id IN (SELECT unit_id FROM tick_new)
    GROUP BY unit_id
)
ARRAY JOIN hashes AS value_hash
