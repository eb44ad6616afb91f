SELECT *
FROM otel_ingest.{table:Identifier}
WHERE _part = {part:String} AND _part_offset >= {first:UInt64} AND _part_offset < {last:UInt64}
ORDER BY _part_offset
