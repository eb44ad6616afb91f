-- What the latest transactions without a flow consist of: a row for each transaction and kind of step, with when it came
-- first. Steps are business events and spans at which a system takes something over.
WITH
    picked AS
    (
        SELECT transaction_id
        FROM transactions FINAL
        WHERE flow = '' AND child_total = 0
            AND started_at >= {since:DateTime64(6, 'UTC')} AND started_at < {until:DateTime64(6, 'UTC')}
            AND started_hour >= toStartOfHour({since:DateTime64(6, 'UTC')})
            AND started_hour <= toStartOfHour({until:DateTime64(6, 'UTC')})
        ORDER BY started_at DESC
        LIMIT {most:UInt32}
    ),
    parts AS
    (
        SELECT transaction_id, unit_id, observation_ids
        FROM transaction_units FINAL
        WHERE transaction_id IN (SELECT transaction_id FROM picked)
    )
SELECT
    toString(p.transaction_id) AS transaction_id,
    toString(o.kind) AS kind, toString(o.system) AS system, toString(o.service) AS service, toString(o.name) AS name,
    toString(o.milestone) AS milestone,
    toUnixTimestamp64Micro(min(o.end_at)) AS at_us,
    groupUniqArrayArray(arrayMap(i -> toString(i.type),
        arrayFilter(i -> i.role = 'identity' AND i.type != 'message_id', o.identifiers))) AS identifiers
FROM parts AS p
INNER JOIN
(
    SELECT unit_id, observation_id, kind, system, service, name, milestone, end_at, is_error, identifiers
    FROM observations
    WHERE unit_id IN (SELECT unit_id FROM parts) AND NOT untimely
        AND (milestone != '' OR kind = 'event'
            OR (kind = 'span' AND (span_kind IN (2, 5) OR reinterpretAsUInt64(parent_span_id) = 0)))
) AS o ON o.unit_id = p.unit_id
WHERE (empty(p.observation_ids) OR has(p.observation_ids, o.observation_id)) AND (o.is_error = 0 OR o.milestone != '')
GROUP BY transaction_id, kind, system, service, name, milestone
ORDER BY transaction_id, at_us, system, name
