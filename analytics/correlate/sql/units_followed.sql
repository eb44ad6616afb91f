-- A value that is followed again joins all its units.
INSERT INTO tick_units (unit_id, round)
SELECT DISTINCT unit_id, {round:UInt16}
FROM identifier_units
WHERE identity_hash IN {values:Array(UInt64)} AND unit_id NOT IN (SELECT unit_id FROM tick_units)
