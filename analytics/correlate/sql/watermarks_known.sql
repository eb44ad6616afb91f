SELECT source, watermark, blind_since FROM source_watermark_history FINAL
