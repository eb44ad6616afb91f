-- Since when it is known, and as one of a flow if it is: reports as known before do not count it. Rows written before have
-- none and count as known for ever.
ALTER TABLE transactions ADD COLUMN IF NOT EXISTS known_at DateTime64(3, 'UTC') CODEC(LZ4)
