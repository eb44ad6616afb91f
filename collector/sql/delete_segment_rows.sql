-- Sent with mutations_sync: it returns when the rows are gone. A crash in between leaves the deletion to be finished at
-- the next start; it never touches rows inserted after it.
ALTER TABLE {table:Identifier} DELETE WHERE segment_id IN {segment_ids:Array(UInt64)}
