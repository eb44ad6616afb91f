-- The watermark of every declared source as of the last tick, and whether the source is blind.
CREATE VIEW source_watermarks AS
SELECT source, watermark, last_event_at, last_received_at, blind, blind_since
FROM source_watermark_history FINAL
WHERE declared
