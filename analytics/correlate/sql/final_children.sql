-- Joined by final.sql where there are children at all.
ANY LEFT JOIN
(
    SELECT parent_id AS parent_of, total, completed, failed, children_ended_us, state AS standing,
        end_us AS standing_end_us,
        breached AS standing_breached, judged AS standing_judged, next_judge_us AS standing_judge_us, origin AS standing_origin
    FROM tick_standing
) AS c ON c.parent_of = toString(t.transaction_id)
