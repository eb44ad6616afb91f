ALTER TABLE otel_ingest.{table:Identifier} DROP PART {part:String}
