-- Since when it is known as a transaction of a flow: reports as known before do not count it. Rows written before have
-- none and count as known for ever.
ALTER TABLE transactions ADD COLUMN IF NOT EXISTS known_at DateTime64(3, 'UTC') CODEC(LZ4)
