-- The units that a due judgement, or a source that was waited for, touches.
SELECT DISTINCT unit_id
FROM
(
    SELECT unit_id
    FROM judgements_due
    WHERE judge_at > {judged_until:DateTime64(6, 'UTC')} AND judge_at <= {now:DateTime64(6, 'UTC')}
    UNION ALL
    SELECT unit_id
    FROM judgements_waiting
    WHERE system IN {moved:Array(String)}
        AND until_us > transform(toString(system), {moved:Array(String)}, {moved_from_us:Array(Int64)}, 0)
        AND until_us <= transform(toString(system), {moved:Array(String)}, {moved_to_us:Array(Int64)}, 0)
)
