    span.dropped_events_count + throwIf(
        notEmpty(span.events.dropped_attributes_count) OR notEmpty(span.links.dropped_attributes_count),
        'a span has events or links') AS dropped_events_count,
