SELECT source, watermark, last_event_at, last_received_at, blind, blind_since
FROM source_watermarks
ORDER BY source
