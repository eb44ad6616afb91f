-- A value that is quarantined from now on has joined its units until now: all of them are resolved anew.
INSERT INTO tick_units
SELECT DISTINCT unit_id, 0
FROM identifier_units
WHERE identity_hash IN (SELECT identity_hash FROM tick_quarantine WHERE quarantined AND NOT was_quarantined)
    AND unit_id NOT IN (SELECT unit_id FROM tick_units)
