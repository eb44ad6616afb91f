-- Everything that took none of the ways listed. PATH as in variants.sql.
SELECT
    count() AS transactions,
    uniqExact(PATH) AS variants,
    countIf(status = 'completed') AS good,
    countIf(status IN ('failed', 'completed_late', 'stuck')) AS bad,
    countIf(status = 'failed') AS failed,
    countIf(breached = 1) AS breaches,
    countIf(status IN ('in_progress', 'stuck', 'unknown')) AS open,
    quantilesIf(0.5, 0.95)((ended_us - started_us) / 1e3, status IN ('completed', 'completed_late')) AS quantiles_ms
FROM transaction_paths FINAL
WHERE flow = {flow:String}
    AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
    AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
    AND started_us >= toUnixTimestamp64Micro({since:DateTime64(6, 'UTC')})
    AND started_us < toUnixTimestamp64Micro({until:DateTime64(6, 'UTC')})
    AND ({open:UInt8} = 1 OR status IN ('completed', 'completed_late', 'failed'))
    AND lower(hex(PATH)) NOT IN {listed:Array(String)}
