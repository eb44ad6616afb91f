    segment_id, received_at, time, start_time, service, metric, description, unit, metadata,
    resource_attributes, resource_dropped_attributes_count, resource_schema_url,
    scope_name, scope_version, scope_attributes, scope_dropped_attributes_count, scope_schema_url,
    attributes, series, flags,
