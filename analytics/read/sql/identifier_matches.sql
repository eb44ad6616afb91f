SELECT
    transaction_id,
    toStartOfHour(max(started_at)) AS started_hour,
    max(role = 'identity') AS held_as_identity
FROM identifier_index
WHERE value IN {values:Array(String)}
    AND (type, value) IN arrayZip({types:Array(String)}, {values:Array(String)})
GROUP BY transaction_id
ORDER BY held_as_identity DESC, transaction_id
LIMIT {rows:UInt32}
