-- Values that more groups carry than their type allows, and those that are not followed: identities, and the ids of
-- messages where they join what was sent to what received it.
INSERT INTO tick_suspects
SELECT value_hash, any(type) AS value_type, any(value),
    any(transform(toString(type), {types:Array(String)}, {limits:Array(UInt32)}, {limit:UInt32})) AS most
FROM
(
    SELECT group_id, value_hash, i.type AS type, i.value AS value
    FROM tick_observations
    ARRAY JOIN
        identity_hashes AS value_hash,
        arrayFilter(i -> i.role = 'identity' AND i.type != 'message_id', identifiers) AS i
    UNION ALL
    SELECT group_id, sipHash64('message_id', i.value) AS value_hash, i.type, i.value
    FROM tick_observations
    ARRAY JOIN arrayFilter(i -> i.type = 'message_id', identifiers) AS i
    WHERE has(hop_hashes, value_hash)
)
GROUP BY value_hash
HAVING value_hash IN (SELECT identity_hash FROM tick_excluded) OR uniqExact(group_id) > most
