-- Since when it was known as what it was (`transactions.known_at`).
ALTER TABLE transactions_gone ADD COLUMN IF NOT EXISTS known_at DateTime64(3, 'UTC') CODEC(LZ4)
