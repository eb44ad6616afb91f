SELECT rule, verdict, event_at, decided_at, revision
FROM verdicts
PREWHERE transaction_id = {id:FixedString(32)}
