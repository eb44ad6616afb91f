-- What owners there are below the spans that have none: a round carries the answer one span up.
INSERT INTO tick_batch_below_next
SELECT unit_id, parent_span_id, min(least), max(greatest)
FROM
(
    SELECT unit_id, parent_span_id, owner AS least, owner AS greatest
    FROM tick_batch_spans
    WHERE owner != 0
    UNION ALL
    SELECT s.unit_id, s.parent_span_id, b.least, b.greatest
    FROM tick_batch_spans AS s
    INNER JOIN tick_batch_below AS b ON s.unit_id = b.unit_id AND s.span_id = b.span_id
    WHERE s.owner = 0
)
WHERE reinterpretAsUInt64(parent_span_id) != 0
GROUP BY unit_id, parent_span_id
