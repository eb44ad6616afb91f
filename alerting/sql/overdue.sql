-- Open transactions that are overdue, for the rule kinds they belong to: `deadline` when the whole is late, `stuck` when
-- its next step is, whether or not the deadline is missed as well. Correlation has judged them against the watermarks
-- of their sources: an unknown one is not stuck, and is not counted.
SELECT
    kind,
    flow,
    origin_system AS system,
    any(origin_category) AS category,
    count() AS affected,
    min(started_at) AS oldest_at,
    minIf(deadline_at, deadline_at > {now:DateTime64(6, 'UTC')}) AS breach_at,
    groupUniqArray(20)(toString(next_milestone)) AS steps
FROM transactions_current
ARRAY JOIN arrayConcat(
    if(ifNull(deadline_at <= {now:DateTime64(6, 'UTC')}, 0), ['deadline'], []),
    if(
        ifNull(next_due_at <= {now:DateTime64(6, 'UTC')}, 0) OR ifNull(deadline_at > {now:DateTime64(6, 'UTC')}, 1),
        ['stuck'],
        []
    )
) AS kind
WHERE status = 'stuck'
  -- Hours in which no version ever was stuck are not merged; the present version of what is looked for is in the others.
  AND started_hour IN (SELECT started_hour FROM transactions WHERE status = 'stuck')
  AND flow IN {flows:Array(String)}
GROUP BY kind, flow, system
