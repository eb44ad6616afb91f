-- What few observations have, by name: see 0353, which takes its columns away.
ALTER TABLE observations ADD COLUMN IF NOT EXISTS details Map(String, String) CODEC(LZ4)
