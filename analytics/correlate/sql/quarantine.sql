-- How many separate transactions there would be without a value: its units told apart by what else they carry. A unit
-- that carries nothing else counts if it is a trace; an event that has only this value would be no transaction. What
-- a quarantined value would hold together is apart. Units that only further evidence joins count as apart: never too few.
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
        uniqExactIf(if(apart, unit_id, companion), companion != 0 OR traced) AS separate
    FROM
    (
        SELECT identity_hash, unit_id, companion, traced,
            companion = 0 OR companion IN (SELECT identity_hash FROM quarantined_values FINAL) AS apart
        FROM identifier_units FINAL
        WHERE identity_hash IN (SELECT arrayJoin(identity_hashes) FROM tick_loaded)
    )
    GROUP BY identity_hash
    HAVING units > {least:UInt32}
) AS u ON u.identity_hash = v.value_hash
LEFT JOIN (SELECT identity_hash FROM quarantined_values FINAL) AS q ON q.identity_hash = v.value_hash
WHERE u.separate > v.most OR q.identity_hash != 0
