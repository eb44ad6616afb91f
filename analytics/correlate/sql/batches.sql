-- Traces with several correlation ids, or without any but with several values of one identity type.
INSERT INTO tick_batches
SELECT
    unit_id,
    if(correlations > 0, arrayFlatten(groupArrayIf(hashes, type = 'correlation')),
        arrayFlatten(groupArrayIf(hashes, length(hashes) > 1))) AS keys
FROM
(
    SELECT unit_id, type, hashes, countIf(type = 'correlation') OVER (PARTITION BY unit_id) AS correlations
    FROM
    (
        SELECT unit_id, i.type AS type, groupUniqArray(value_hash) AS hashes
        FROM tick_observations
        ARRAY JOIN
            identity_hashes AS value_hash,
            arrayFilter(i -> i.role = 'identity' AND i.type != 'message_id', identifiers) AS i
        WHERE reinterpretAsUInt128(trace_id) != 0
            AND unit_id IN
            (
                SELECT unit_id
                FROM tick_observations
                WHERE reinterpretAsUInt128(trace_id) != 0 AND notEmpty(identity_hashes)
                GROUP BY unit_id
                HAVING length(groupUniqArrayArray(identity_hashes)) > 1
            )
        GROUP BY unit_id, type
    )
)
GROUP BY unit_id, correlations
HAVING length(keys) > 1
