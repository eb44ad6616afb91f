-- The units that new evidence, a due judgement, or a source that was waited for touches; fresh are those of new evidence.
INSERT INTO tick_units (unit_id, round, fresh)
SELECT unit_id, 0, max(news)
FROM
(
    SELECT unit_id, 1 AS news FROM tick_new
    UNION ALL
    SELECT unit_id, 0
    FROM judgements_due
    WHERE judge_at > {judged_until:DateTime64(6, 'UTC')} AND judge_at <= {now:DateTime64(6, 'UTC')}
    UNION ALL
    SELECT unit_id, 0
    FROM judgements_waiting
    WHERE system IN {moved:Array(String)}
        AND until_us > transform(toString(system), {moved:Array(String)}, {moved_from_us:Array(Int64)}, 0)
        AND until_us <= transform(toString(system), {moved:Array(String)}, {moved_to_us:Array(Int64)}, 0)
)
GROUP BY unit_id
