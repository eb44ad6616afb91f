-- A span that carries one key of its trace is its owner's; one that carries several belongs to what is above it. Those
-- that no correlation id owns belong to the single value of another kind that they carry.
WITH
    arrayIntersect(arrayDistinct(o.identity_hashes), b.keys) AS carried,
    arrayIntersect(arrayDistinct(o.identity_hashes), b.spare) AS carried_spare
SELECT
    o.unit_id AS unit_id,
    reinterpretAsUInt64(o.span_id) AS span,
    reinterpretAsUInt64(o.parent_span_id) AS parent,
    if(length(carried) = 1, carried[1], 0) AS own,
    if(length(carried_spare) = 1, carried_spare[1], 0) AS own_spare
FROM tick_batch_observations AS o
INNER JOIN tick_batches AS b ON o.unit_id = b.unit_id
WHERE o.kind = 'span'
