-- Verdicts on what was never stored.
INSERT INTO verdicts
SELECT transaction_id, v.1, v.2, v.3, {now:DateTime64(3, 'UTC')}, revision, flow, tier
FROM tick_final
ARRAY JOIN verdicts AS v
