-- Under every value that new evidence carries, its unit.
INSERT INTO identifier_units (identity_hash, unit_id, version)
SELECT DISTINCT arrayJoin(arrayConcat(identity_hashes, hop_hashes, linked_units)), unit_id, {version:UInt64}
FROM tick_new
