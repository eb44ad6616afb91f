-- Whether a report counts the new version `f` of a transaction as something else than the stored one `p`: its flow and
-- tier, from when (to the minute), whether it has a deadline, when one that was late ended.
p.flow != '' AND p.revision > 0 AND (
    (p.flow, p.tier, toStartOfMinute(p.started_at), isNull(p.deadline_at))
        != (f.flow, f.tier, toStartOfMinute(f.started_at), isNull(f.deadline_at))
    OR (p.breached AND ifNull(p.ended_at, toDateTime64(0, 6, 'UTC')) != ifNull(f.ended_at, toDateTime64(0, 6, 'UTC'))))
