-- Which values hold a transaction together, in its own row: a look-up needs no statement for them, and a join that no
-- longer holds goes with the version that had it. Rows written before have none; theirs stand in edges, which is no longer
-- written.
ALTER TABLE transactions ADD COLUMN IF NOT EXISTS
    joins Array(Tuple(type String, value String, units UInt32)) CODEC(LZ4)
