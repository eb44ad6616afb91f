SELECT rule, verdict, event_at, decided_at, revision
FROM verdicts
WHERE transaction_id = {id:FixedString(32)}
