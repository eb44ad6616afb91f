SELECT rule, verdict, event_at, decided_at, revision
FROM verdicts
WHERE transaction_id = {id:String}
ORDER BY decided_at, revision, rule
