SELECT DISTINCT peer
FROM tick_extracted
WHERE peer != ''
