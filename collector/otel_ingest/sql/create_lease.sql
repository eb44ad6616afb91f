-- A name exists once on a server: who creates the table of a time slot has that slot.
CREATE TABLE otel_ingest.{table:Identifier} (holder String) ENGINE = Memory
