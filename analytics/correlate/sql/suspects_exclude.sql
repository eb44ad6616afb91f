INSERT INTO tick_excluded
SELECT value_hash FROM tick_suspects WHERE value_hash NOT IN (SELECT identity_hash FROM tick_excluded)
