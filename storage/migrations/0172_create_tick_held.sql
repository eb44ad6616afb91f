-- Work of one tick: the transactions that carry a quarantined value, as quarantine_carriers has them.
CREATE TABLE tick_held
(
    value_hash UInt64,
    transaction_id FixedString(32),
    others Array(UInt64)
)
ENGINE = Memory
