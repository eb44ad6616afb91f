INSERT INTO correlation_progress
SELECT entry.1, entry.2, {now:DateTime64(3, 'UTC')}
FROM (SELECT arrayJoin(arrayZip({segments:Array(UInt64)}, {stored:Array(DateTime64(3, 'UTC'))})) AS entry)
