-- The units of a transaction, by primary key; observation_ids lists its part of a unit that it shares, empty is all.
SELECT unit_id, observation_ids, version, deleted
FROM transaction_units
PREWHERE transaction_id = {id:FixedString(32)}
