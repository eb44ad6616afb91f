-- Attributes live only in the raw table, found by its key: five minutes, service, time. The first two only point at granules
-- (`indexHint`); of those, exact times leave the rows asked for, before the wide columns are read.
SELECT
    trace_id, span_id, time, duration_ns, status_code, attributes, resource_attributes,
    `events.time`, `events.name`, `events.attributes`, `links.trace_id`, `links.span_id`, `links.trace_state`,
    `links.attributes`, trace_state, flags, scope_name, scope_version, scope_schema_url, resource_schema_url,
    dropped_attributes_count, dropped_events_count, dropped_links_count
FROM spans
PREWHERE time IN {times:Array(DateTime64(9, 'UTC'))}
    AND indexHint((toStartOfFiveMinutes(time), service) IN {places:Array(Tuple(DateTime('UTC'), String))})
