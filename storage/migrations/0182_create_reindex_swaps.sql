-- Journal of the exchange that ends a reindex: which tables, and the identity of each rebuilt one, so that an exchange
-- that was cut short is finished at the next start.
CREATE TABLE reindex_swaps
(
    at DateTime64(3, 'UTC'),
    state Enum8('swapping' = 1, 'done' = 2),
    beside String,
    tables Array(String),
    rebuilt Array(String)
)
ENGINE = MergeTree
ORDER BY at
