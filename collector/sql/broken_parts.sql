-- Parts that the engine could not read at its start and has set aside: a power cut leaves such. Their rows are not seen.
SELECT table, name
FROM system.detached_parts
WHERE database = currentDatabase() AND startsWith(coalesce(reason, ''), 'broken')
ORDER BY table, name
LIMIT 1000
