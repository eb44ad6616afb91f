-- What no value owns is the shared context of the batch, which keeps the unit as its group.
INSERT INTO tick_fragments
SELECT unit_id, span_id, parent_span_id, owner, if(owner = 0, unit_id, sipHash64(unit_id, owner))
FROM tick_batch_spans
