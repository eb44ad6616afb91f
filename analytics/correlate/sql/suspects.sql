INSERT INTO tick_suspects
SELECT value_hash, any(i.type) AS value_type, any(i.value), any(transform(toString(i.type), {types:Array(String)}, {limits:Array(UInt32)}, {limit:UInt32})) AS most
FROM tick_observations
ARRAY JOIN
    identity_hashes AS value_hash,
    arrayFilter(i -> i.role = 'identity' AND i.type != 'message_id', identifiers) AS i
GROUP BY value_hash
HAVING value_hash IN (SELECT identity_hash FROM tick_excluded) OR uniqExact(group_id) > most
