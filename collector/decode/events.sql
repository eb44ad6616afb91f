INSERT INTO events
(
    segment_id, received_at, time, source, id, type, subject, correlation_id, flow, milestone, outcome, system, data,
    attributes, parent_type, parent_id
)
SELECT
    segment_id,
    received_at,
    fromUnixTimestamp64Nano(event.time_ns, 'UTC') AS time,
    event.source AS source,
    event.id AS id,
    event.type AS type,
    event.subject AS subject,
    event.correlation_id AS correlation_id,
    event.flow AS flow,
    event.milestone AS milestone,
    event.outcome AS outcome,
    event.system AS system,
    event.data AS data,
    mapSort(event.attributes) AS attributes,
    event.parent_type AS parent_type,
    event.parent_id AS parent_id
FROM
(
    SELECT
        segment_id,
        fromUnixTimestamp64Milli(toInt64(intDiv(received_ns, 1000000)), 'UTC') AS received_at,
        arrayJoin(JSONExtract(events, 'Array(Tuple(time_ns Int64, source String, id String, type String, subject String, correlation_id String, flow String, milestone String, outcome String, system String, data String, attributes Map(String, String), parent_type String, parent_id String))')) AS event
    FROM file({path:String}, 'Protobuf', {structure:String})
)
