-- The nearest owner above: every round asks the span that is twice as far up.
INSERT INTO tick_batch_spans_next
SELECT
    n.unit_id, n.span_id, n.parent_span_id,
    if(n.owner != 0 OR p.owner != 0, toFixedString('', 8), p.up),
    if(n.owner != 0, n.owner, p.owner)
FROM tick_batch_spans AS n
LEFT JOIN tick_batch_spans AS p ON n.unit_id = p.unit_id AND n.up = p.span_id
