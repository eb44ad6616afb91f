SELECT
    groupUniqArray(10000)(toString(service)) AS services,
    groupUniqArrayIf(10000)(
        coalesce(
            nullIf(attributes['peer.service'], ''), nullIf(attributes['server.address'], ''),
            nullIf(attributes['messaging.destination.name'], ''), attributes['messaging.system']),
        kind IN (3, 4)) AS peers
FROM spans
WHERE toStartOfFiveMinutes(time) >= toStartOfFiveMinutes({since:DateTime64(9, 'UTC')})
    AND toStartOfFiveMinutes(time) <= toStartOfFiveMinutes({until:DateTime64(9, 'UTC')})
    AND time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
    AND ({one_in:UInt32} = 1 OR cityHash64(trace_id) % {one_in:UInt32} = 0
        OR arrayExists(t -> cityHash64(t) % {one_in:UInt32} = 0, `links.trace_id`))
