-- How many separate transactions there would be without a value: its units told apart by what else they carry. A unit
-- that carries nothing else counts if it is a trace; an event that has only this value would be no transaction. Only the
-- value's own units are asked, so that the answer does not depend on order: units that nothing but further evidence joins
-- count as apart, units whose other value is quarantined itself count as joined by it.
INSERT INTO tick_quarantine
SELECT v.value_hash, v.type, v.value, u.separate, u.separate > v.most, q.identity_hash != 0
FROM
(
    SELECT
        value_hash, any(i.type) AS type, any(i.value) AS value,
        any(transform(toString(i.type), {types:Array(String)}, {limits:Array(UInt32)}, 200)) AS most
    FROM tick_loaded
    ARRAY JOIN
        identity_hashes AS value_hash,
        arrayFilter(i -> i.role = 'identity' AND i.type != 'message_id', identifiers) AS i
    GROUP BY value_hash
) AS v
INNER JOIN
(
    SELECT
        identity_hash,
        count() AS units,
        uniqExactIf(if(companion != 0, companion, unit_id), companion != 0 OR traced) AS separate
    FROM identifier_units FINAL
    WHERE identity_hash IN (SELECT arrayJoin(identity_hashes) FROM tick_loaded)
    GROUP BY identity_hash
    HAVING units > {least:UInt32}
) AS u ON u.identity_hash = v.value_hash
LEFT JOIN (SELECT identity_hash FROM quarantined_values FINAL) AS q ON q.identity_hash = v.value_hash
WHERE u.separate > v.most OR q.identity_hash != 0
