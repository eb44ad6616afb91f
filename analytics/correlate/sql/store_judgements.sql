INSERT INTO judgements_due
SELECT fromUnixTimestamp64Micro(next_judge_us, 'UTC'), units[1]
FROM tick_transactions
WHERE next_judge_us > 0
