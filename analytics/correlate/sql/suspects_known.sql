SELECT value_hash, toString(type) AS type, value, most, value_hash IN (SELECT identity_hash FROM tick_excluded) AS excluded
FROM tick_suspects
