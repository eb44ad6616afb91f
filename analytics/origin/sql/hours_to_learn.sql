-- Past hours in which transactions started that completed since the hour was learned; one is learned again after an
-- hour at the earliest. The newest first, a few at a time.
SELECT t.hour AS hour
FROM
(
    SELECT started_hour AS hour, max(updated_at) AS changed_at
    FROM transactions
    WHERE started_hour >= {since:DateTime('UTC')} AND started_hour < {until:DateTime('UTC')} AND status = 'completed'
    GROUP BY hour
) AS t
LEFT JOIN
(
    SELECT hour, max(learned_at) AS learned_at FROM step_durations WHERE flow = '' GROUP BY hour
) AS s ON s.hour = t.hour
WHERE t.changed_at > s.learned_at AND s.learned_at < {learned_before:DateTime64(3, 'UTC')}
ORDER BY hour DESC
LIMIT {hours:UInt8}
