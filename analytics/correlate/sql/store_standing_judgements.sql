-- Parents that only their children hold open are judged again when their deadline passes.
INSERT INTO judgements_due
SELECT fromUnixTimestamp64Micro(s.next_judge_us, 'UTC'), t.units[1]
FROM tick_standing AS s
INNER JOIN tick_transactions AS t ON toString(t.transaction_id) = s.parent_id
WHERE s.next_judge_us > 0
