-- Declared sources that have gone silent, with the transactions that cannot be judged because of it.
SELECT source, blind, blind_since
FROM source_watermarks
WHERE source IN {sources:Array(String)}
