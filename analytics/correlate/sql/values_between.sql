SELECT identity_hash
FROM identifier_units
WHERE identity_hash >= {first:UInt64} AND identity_hash <= {last:UInt64}
