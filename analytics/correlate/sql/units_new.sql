-- The units that new evidence or a due judgement touches.
INSERT INTO tick_units
SELECT DISTINCT unit_id, 0
FROM
(
    SELECT unit_id FROM tick_new
    UNION ALL
    SELECT unit_id
    FROM judgements_due
    WHERE judge_at > {judged_until:DateTime64(6, 'UTC')} AND judge_at <= {now:DateTime64(6, 'UTC')}
)
