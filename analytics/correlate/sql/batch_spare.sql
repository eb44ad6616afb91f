-- Spans that no correlation id owns belong to the single value of another kind that they carry; the others ask anew.
INSERT INTO tick_batch_spans_next
SELECT s.unit_id, s.span_id, s.parent_span_id, s.parent_span_id, if(s.owner = 0, c.own, s.owner)
FROM tick_batch_spans AS s
LEFT JOIN
(
    SELECT unit_id, span_id, if(length(carried) = 1, carried[1], 0) AS own
    FROM
    (
        SELECT
            o.unit_id AS unit_id, o.span_id AS span_id,
            arrayIntersect(arrayDistinct(o.identity_hashes), b.spare) AS carried
        FROM tick_batch_observations AS o
        INNER JOIN tick_batches AS b ON o.unit_id = b.unit_id
        WHERE o.kind = 'span'
    )
) AS c ON s.unit_id = c.unit_id AND s.span_id = c.span_id
