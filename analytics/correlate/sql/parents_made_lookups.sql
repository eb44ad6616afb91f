INSERT INTO transaction_identifiers
SELECT identifiers[1].value, identifiers[1].type, transaction_id, 'identity', started_at, {version:UInt64}, 0
FROM tick_final
WHERE observation_count = 0
