    events.time, events.name, events.attributes, events.dropped_attributes_count,
    links.trace_id, links.span_id, links.trace_state, links.attributes, links.dropped_attributes_count, links.flags,
