FROM
(
    SELECT
        segment_id,
        received_at,
        resource_attributes,
        resource_dropped_attributes_count,
        resource_schema_url,
        scope_name,
        scope_version,
        scope_attributes,
        scope_dropped_attributes_count,
        scope_schema_url,
        by_metric.name AS metric,
        by_metric.description AS description,
        by_metric.unit AS unit,
        attribute_map(by_metric.metadata) AS metadata,
        by_metric.KIND AS data,
        arrayJoin(data.points) AS point
    FROM
    (
        SELECT
            segment_id,
            received_at,
            resource_attributes,
            resource_dropped_attributes_count,
            resource_schema_url,
            by_scope.scope.name AS scope_name,
            by_scope.scope.version AS scope_version,
            sorted_map(by_scope.scope.attributes) AS scope_attributes,
            by_scope.scope.dropped_attributes_count AS scope_dropped_attributes_count,
            by_scope.schema_url AS scope_schema_url,
            arrayJoin(by_scope.metrics) AS by_metric
        FROM
        (
            SELECT
                segment_id,
                received_at,
                sorted_map(by_resource.resource.attributes) AS resource_attributes,
                by_resource.resource.dropped_attributes_count AS resource_dropped_attributes_count,
                by_resource.schema_url AS resource_schema_url,
                arrayJoin(by_resource.scope_metrics) AS by_scope
            FROM
            (
                SELECT segment_id, received_at_of(received_ns) AS received_at, arrayJoin(resource_metrics) AS by_resource
                FROM file({path:String}, 'Protobuf', {structure:String})
            )
        )
    )
)
