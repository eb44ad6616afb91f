-- For what is stored already; in the background.
ALTER TABLE transactions MATERIALIZE INDEX idx_latest_fact
