-- Identifiers of transactions as they are now: identity, reference, trace ids and ids a transaction had before.
CREATE VIEW identifier_index AS
SELECT value, type, role, toString(transaction_id) AS transaction_id, started_at
FROM transaction_identifiers FINAL
