SELECT rule, verdict, event_at, decided_at, revision
FROM verdicts
WHERE transaction_id = toFixedString({id:String}, 32)
ORDER BY decided_at, revision, rule
LIMIT 1 BY rule, decided_at, revision, verdict
