-- Transactions of one flow by the way they took. PATH is path (immediate repeats are one step) or exact_path.
-- Quantiles are of what ended well; good and bad are as in analytics.read.flows.figures.
SELECT
    lower(hex(PATH)) AS variant,
    count() AS transactions,
    sum(transactions) OVER () AS all_transactions,
    count() OVER () AS all_variants,
    countIf(status = 'completed') AS good,
    countIf(status IN ('failed', 'completed_late', 'stuck')) AS bad,
    countIf(status = 'failed') AS failed,
    countIf(breached = 1) AS breaches,
    countIf(status IN ('in_progress', 'stuck', 'unknown')) AS open,
    quantilesIf(0.5, 0.95)((ended_us - started_us) / 1e3, status IN ('completed', 'completed_late')) AS quantiles_ms,
    toString(argMin(transaction_id, (started_us, transaction_id))) AS sample,
    argMin(labels, (started_us, transaction_id)) AS steps
FROM transaction_paths FINAL
WHERE flow = {flow:String}
    AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
    AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
    AND started_us >= toUnixTimestamp64Micro({since:DateTime64(6, 'UTC')})
    AND started_us < toUnixTimestamp64Micro({until:DateTime64(6, 'UTC')})
    AND ({open:UInt8} = 1 OR status IN ('completed', 'completed_late', 'failed'))
GROUP BY PATH
ORDER BY transactions DESC, variant
LIMIT {rows:UInt32}
