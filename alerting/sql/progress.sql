-- Whether correlation keeps up: seconds between the newest stored evidence and the newest tick.
SELECT greatest(0, dateDiff('second', ticked_at, (SELECT max(stored_at) FROM ingest_ledger))) AS behind_s
FROM correlate_progress
