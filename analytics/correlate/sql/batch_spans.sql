-- A span that carries one key of its trace is its owner's; one that carries several belongs to what is above it.
INSERT INTO tick_batch_spans
SELECT unit_id, span_id, parent_span_id, parent_span_id, if(length(own) = 1, own[1], 0)
FROM
(
    SELECT
        o.unit_id AS unit_id, o.span_id AS span_id, o.parent_span_id AS parent_span_id,
        arrayIntersect(arrayDistinct(o.identity_hashes), b.keys) AS own
    FROM tick_batch_observations AS o
    INNER JOIN tick_batches AS b ON o.unit_id = b.unit_id
    WHERE o.kind = 'span'
)
