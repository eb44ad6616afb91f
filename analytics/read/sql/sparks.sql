SELECT
    flow,
    least(
        intDiv(
            toUnixTimestamp64Micro(started_at) - toUnixTimestamp64Micro({since:DateTime64(6, 'UTC')}),
            {width_us:Int64}),
        {last:Int64}) AS bucket,
    count() AS started,
    countIf(status = 'failed') AS failed
FROM transactions_current
WHERE started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
    AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
    AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
GROUP BY flow, bucket
