INSERT INTO spans
(
    segment_id, received_at, time, duration_ns, trace_id, span_id, parent_span_id, trace_state, flags, name, kind,
    service, status_code, status_message, correlation_id,
    resource_attributes, resource_dropped_attributes_count, resource_schema_url,
    scope_name, scope_version, scope_attributes, scope_dropped_attributes_count, scope_schema_url,
    attributes, dropped_attributes_count,
-- include: span_parts_names
    dropped_events_count, dropped_links_count
)
WITH
-- include: values_of_depth
-- include: values
SELECT
    segment_id,
    received_at,
    time_of(span.start_time_unix_nano) AS time,
    if(span.end_time_unix_nano > span.start_time_unix_nano,
        span.end_time_unix_nano - span.start_time_unix_nano, 0) AS duration_ns,
    span.trace_id AS trace_id,
    span.span_id AS span_id,
    span_id_of(span.parent_span_id) AS parent_span_id,
    clean(span.trace_state, limits) AS trace_state,
    span.flags AS flags,
    clean(span.name, limits) AS name,
    toUInt8(span.kind) AS kind,
    resource_attributes['service.name'] AS service,
    toUInt8(span.status.code) AS status_code,
    clean(span.status.message, limits) AS status_message,
    correlation_of(attributes) AS correlation_id,
    resource_attributes,
    resource_dropped_attributes_count,
    resource_schema_url,
    scope_name,
    scope_version,
    scope_attributes,
    scope_dropped_attributes_count,
    scope_schema_url,
    attribute_map(span.attributes, limits) AS attributes,
    span.dropped_attributes_count AS dropped_attributes_count,
-- include: span_parts
    span.dropped_links_count AS dropped_links_count
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
        attribute_map(by_scope.scope.attributes, limits) AS scope_attributes,
        by_scope.scope.dropped_attributes_count AS scope_dropped_attributes_count,
        clean(by_scope.schema_url, limits) AS scope_schema_url,
        arrayJoin(by_scope.spans) AS span
    FROM
    (
        SELECT
            segment_id,
            received_at,
            limits_of(by_resource.resource.attributes) AS limits,
            attribute_map(by_resource.resource.attributes, limits) AS resource_attributes,
            by_resource.resource.dropped_attributes_count AS resource_dropped_attributes_count,
            clean(by_resource.schema_url, limits) AS resource_schema_url,
            arrayJoin(by_resource.scope_spans) AS by_scope
        FROM
        (
            SELECT segment_id, received_at_of(received_ns) AS received_at, arrayJoin(resource_spans) AS by_resource
            FROM file({path:String}, 'Protobuf', {structure:String})
        )
    )
)
