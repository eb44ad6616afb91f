SELECT id, kind, subject, detail, at
FROM notices FINAL
WHERE ended_at IS NULL
ORDER BY at DESC, id
LIMIT 1000
