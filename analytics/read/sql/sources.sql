SELECT source, watermark, last_event_at, last_received_at, blind, blind_since, '' AS last_error
FROM source_watermarks
ORDER BY source
