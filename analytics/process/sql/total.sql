SELECT count() AS transactions
FROM transaction_paths FINAL
WHERE flow = {flow:String}
    AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
    AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
    AND started_us >= toUnixTimestamp64Micro({since:DateTime64(6, 'UTC')})
    AND started_us < toUnixTimestamp64Micro({until:DateTime64(6, 'UTC')})
