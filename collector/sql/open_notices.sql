SELECT id, kind, subject, detail, at
FROM notices FINAL
WHERE kind IN ('segment_missing', 'part_broken') AND ended_at IS NULL
