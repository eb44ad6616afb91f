INSERT INTO logs
(
    segment_id, received_at, time, observed_time, trace_id, span_id, flags, severity_number, severity_text, service,
    body, event_name, correlation_id, content_hash,
    resource_attributes, resource_dropped_attributes_count, resource_schema_url,
    scope_name, scope_version, scope_attributes, scope_dropped_attributes_count, scope_schema_url,
    attributes, dropped_attributes_count
)
WITH
-- include: values_of_depth
-- include: values
SELECT
    segment_id,
    received_at,
    multiIf(record.time_unix_nano != 0, time_of(record.time_unix_nano),
        record.observed_time_unix_nano != 0, time_of(record.observed_time_unix_nano),
        toDateTime64(received_at, 9, 'UTC')) AS time,
    time_of(record.observed_time_unix_nano) AS observed_time,
    trace_id_of(record.trace_id) AS trace_id,
    span_id_of(record.span_id) AS span_id,
    record.flags AS flags,
    toUInt8(record.severity_number) AS severity_number,
    clean(record.severity_text, limits) AS severity_text,
    resource_attributes['service.name'] AS service,
    text_of(record.body, limits) AS body,
    clean(record.event_name, limits) AS event_name,
    correlation_of(attributes) AS correlation_id,
    cityHash64(record.time_unix_nano, record.observed_time_unix_nano, record.trace_id, record.span_id, flags,
        severity_number, severity_text, body, event_name, attributes, resource_attributes, scope_name, scope_version,
        scope_attributes) AS content_hash,
    resource_attributes,
    resource_dropped_attributes_count,
    resource_schema_url,
    scope_name,
    scope_version,
    scope_attributes,
    scope_dropped_attributes_count,
    scope_schema_url,
    sorted_map(record.attributes, limits) AS attributes,
    record.dropped_attributes_count AS dropped_attributes_count
FROM
(
    SELECT
        segment_id,
        received_at,
        limits,
        resource_attributes,
        resource_dropped_attributes_count,
        resource_schema_url,
        clean(by_scope.scope.name, limits) AS scope_name,
        clean(by_scope.scope.version, limits) AS scope_version,
        sorted_map(by_scope.scope.attributes, limits) AS scope_attributes,
        by_scope.scope.dropped_attributes_count AS scope_dropped_attributes_count,
        clean(by_scope.schema_url, limits) AS scope_schema_url,
        arrayJoin(by_scope.log_records) AS record
    FROM
    (
        SELECT
            segment_id,
            received_at,
            limits_of(by_resource.resource.attributes) AS limits,
            sorted_map(by_resource.resource.attributes, limits) AS resource_attributes,
            by_resource.resource.dropped_attributes_count AS resource_dropped_attributes_count,
            clean(by_resource.schema_url, limits) AS resource_schema_url,
            arrayJoin(by_resource.scope_logs) AS by_scope
        FROM
        (
            SELECT segment_id, received_at_of(received_ns) AS received_at, arrayJoin(resource_logs) AS by_resource
            FROM file({path:String}, 'Protobuf', {structure:String})
        )
    )
)
