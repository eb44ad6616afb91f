-- The same where there is more than is shown: the first of each kind. Of units that a transaction shares with others (a
-- batch trace) only its own part.
WITH
    members AS
    (
        SELECT unit_id, observation_ids
        FROM transaction_units FINAL
        WHERE transaction_id = {id:FixedString(32)}
    )
SELECT
    unit_id, observation_id, content_hash, kind, toUnixTimestamp64Nano(at) AS at_ns, toUnixTimestamp64Nano(end_at) AS end_ns,
    trace_id, span_id, parent_span_id, system, category, service, name, span_kind, milestone, outcome, is_error,
    severity_number, details
FROM
(
    SELECT *, event_id
    FROM observations
    WHERE unit_id IN (SELECT unit_id FROM members)
    ORDER BY unit_id, observation_id, end_at DESC, content_hash DESC
    LIMIT 1 BY unit_id, observation_id
) AS o
INNER JOIN members ON members.unit_id = o.unit_id
WHERE empty(members.observation_ids) OR has(members.observation_ids, o.observation_id)
ORDER BY at_ns, span_id, event_id
LIMIT {rows:UInt32} BY kind
