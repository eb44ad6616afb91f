-- The whole map is read once; for each key it is asked for the engine would read it anew.
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
SETTINGS optimize_functions_to_subcolumns = 0
