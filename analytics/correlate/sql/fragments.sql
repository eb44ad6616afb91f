-- The owner above, else the only one below, else the shared context of the batch, which keeps the unit as its group.
INSERT INTO tick_fragments
SELECT
    s.unit_id, s.span_id, s.parent_span_id,
    multiIf(s.owner != 0, s.owner, b.least = b.greatest, b.least, 0) AS final_owner,
    if(final_owner = 0, s.unit_id, sipHash64(s.unit_id, final_owner))
FROM tick_batch_spans AS s
LEFT JOIN tick_batch_below AS b ON s.unit_id = b.unit_id AND s.span_id = b.span_id
