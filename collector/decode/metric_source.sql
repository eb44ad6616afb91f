FROM
(
    SELECT
        segment_id,
        received_at,
        limits,
        resource_attributes,
        resource_dropped_attributes_count,
        resource_schema_url,
        scope_name,
        scope_version,
        scope_attributes,
        scope_dropped_attributes_count,
        scope_schema_url,
        clean(by_metric.name, limits) AS metric,
        clean(by_metric.description, limits) AS description,
        clean(by_metric.unit, limits) AS unit,
        attribute_map(by_metric.metadata, limits) AS metadata,
        by_metric.KIND AS data,
        arrayJoin(data.points) AS point
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
            arrayJoin(by_scope.metrics) AS by_metric
        FROM
        (
            SELECT
                segment_id,
                received_at,
                limits_of(by_resource.resource.attributes) AS limits,
                sorted_map(by_resource.resource.attributes, limits) AS resource_attributes,
                by_resource.resource.dropped_attributes_count AS resource_dropped_attributes_count,
                clean(by_resource.schema_url, limits) AS resource_schema_url,
                arrayJoin(by_resource.scope_metrics) AS by_scope
            FROM
            (
                SELECT segment_id, received_at_of(received_ns) AS received_at, arrayJoin(resource_metrics) AS by_resource
                FROM file({path:String}, 'Protobuf', {structure:String})
            )
        )
    )
)
