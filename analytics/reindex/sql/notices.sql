-- Notices about quarantined values, as the rebuild found them; those that hold no longer end.
INSERT INTO notices
SELECT id, kind, subject, detail, at, ended_at, {version:UInt64}
FROM {beside:Identifier}.notices FINAL
WHERE kind = 'quarantined_value'
    AND id NOT IN (SELECT id FROM notices FINAL WHERE kind = 'quarantined_value' AND ended_at IS NULL)
UNION ALL
SELECT id, kind, subject, detail, at, {now:DateTime64(3, 'UTC')}, {version:UInt64}
FROM notices FINAL
WHERE kind = 'quarantined_value' AND ended_at IS NULL
    AND id NOT IN (SELECT id FROM {beside:Identifier}.notices FINAL WHERE kind = 'quarantined_value' AND ended_at IS NULL)
