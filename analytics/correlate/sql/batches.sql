-- Traces with several correlation ids, or with several values of another identity type that no correlation id at the
-- root holds together.
INSERT INTO tick_batches
SELECT
    unit_id,
    if(correlations > 0, correlation_keys, other_keys),
    if(correlations > 0, other_keys, [])
FROM
(
    SELECT
        unit_id,
        arrayFlatten(groupArrayIf(hashes, type = 'correlation')) AS correlation_keys,
        arrayFlatten(groupArrayIf(hashes, type != 'correlation' AND length(hashes) > 1)) AS other_keys,
        length(correlation_keys) AS correlations,
        max(type = 'correlation' AND at_root) AS rooted
    FROM
    (
        SELECT
            unit_id, i.type AS type, groupUniqArray(value_hash) AS hashes,
            max(kind = 'span' AND reinterpretAsUInt64(parent_span_id) = 0) AS at_root
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
    GROUP BY unit_id
)
WHERE correlations > 1 OR (notEmpty(other_keys) AND (correlations = 0 OR NOT rooted))
