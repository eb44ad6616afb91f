-- Evidence with the transaction it belongs to.
CREATE OR REPLACE VIEW transaction_observations AS
SELECT
    toString(m.transaction_id) AS transaction_id,
    toString(o.kind) AS kind, o.at AS at, o.end_at AS end_at,
    if(reinterpretAsUInt128(o.trace_id) = 0, '', lower(hex(o.trace_id))) AS trace_id,
    if(reinterpretAsUInt64(o.span_id) = 0, '', lower(hex(o.span_id))) AS span_id,
    if(reinterpretAsUInt64(o.parent_span_id) = 0, '', lower(hex(o.parent_span_id))) AS parent_span_id,
    o.system AS system, o.category AS category, o.service AS service,
    o.peer_system AS peer_system, o.peer_category AS peer_category,
    o.name AS name, o.span_kind AS span_kind, o.flow AS flow, o.milestone AS milestone, o.outcome AS outcome,
    o.is_error AS is_error, o.status_message AS status_message,
    o.exception_type AS exception_type, o.exception_message AS exception_message,
    toUInt64(greatest(0, toUnixTimestamp64Nano(o.end_at) - toUnixTimestamp64Nano(o.at))) AS duration_ns,
    o.severity_number AS severity_number, o.body AS body, o.source AS source, o.event_id AS event_id,
    o.identifiers AS identifiers,
    arrayMap(l -> (lower(hex(l.1)), lower(hex(l.2))), o.links)::Array(Tuple(trace_id String, span_id String)) AS links
FROM
(
    SELECT *, status_message, exception_type, exception_message, body, source, event_id, links
    FROM observations
    ORDER BY unit_id, observation_id, end_at DESC, content_hash DESC
    LIMIT 1 BY unit_id, observation_id
) AS o
INNER JOIN (SELECT unit_id, transaction_id, observation_ids FROM transaction_units FINAL) AS m ON o.unit_id = m.unit_id
WHERE empty(m.observation_ids) OR has(m.observation_ids, o.observation_id)
