SELECT
    groupUniqArray(10000)(toString(service)) AS services,
    groupUniqArrayIf(10000)(
        coalesce(
            nullIf(attributes['peer.service'], ''), nullIf(attributes['server.address'], ''),
            nullIf(attributes['messaging.destination.name'], ''), attributes['messaging.system']),
        kind IN (3, 4)) AS peers
FROM spans
WHERE time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')}
