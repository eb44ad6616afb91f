SELECT
    milestone.name AS name,
    countIf(milestone.status = 'done') AS reached,
    countIf(milestone.status = 'failed') AS failed,
    countIf(milestone.status = 'pending') AS pending,
    countIf(milestone.status = 'missing') AS missing,
    countIf(milestone.status = 'skipped') AS skipped,
    quantilesIf(0.5, 0.95)(milestone.elapsed_ms, milestone.status = 'done') AS quantiles_ms,
    min(place) AS place
FROM transactions_current
ARRAY JOIN milestones AS milestone, arrayEnumerate(milestones) AS place
WHERE flow = {flow:String}
    AND started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
    AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
    AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
GROUP BY name
ORDER BY place, name
