-- Of the milestones only what is counted is read: FINAL compares rows, and each column is read of every row of the window.
SELECT
    milestone.1 AS name,
    countIf(milestone.2 = 'done') AS reached,
    countIf(milestone.2 = 'failed') AS failed,
    countIf(milestone.2 = 'pending') AS pending,
    countIf(milestone.2 = 'missing') AS missing,
    countIf(milestone.2 = 'skipped') AS skipped,
    quantilesIf(0.5, 0.95)(milestone.3, milestone.2 = 'done') AS quantiles_ms,
    min(place) AS place
FROM
(
    SELECT milestones.name AS names, milestones.status AS statuses, milestones.elapsed_ms AS elapsed_ms
    FROM transactions FINAL
    WHERE flow = {flow:String}
        AND started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
        AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
        AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
)
ARRAY JOIN arrayZip(names, statuses, elapsed_ms) AS milestone, arrayEnumerate(names) AS place
GROUP BY name
ORDER BY place, name
