SELECT source, watermark, last_event_at, blind_since FROM source_watermark_history FINAL
