-- Every observation of the closed set, as far as it decides what belongs together and what a transaction says of itself.
-- state is 1 for an error, 2 for a retry. MORE are columns that are asked only where they hold anything.
SELECT
    group_id, observation_id,
    toInt8(kind) AS kind_code, toUnixTimestamp64Micro(at) AS at_us, toUnixTimestamp64Micro(end_at) AS end_us,
    trace_id, reinterpretAsUInt64(parent_span_id) = 0 AS at_root, is_error, untimely, system, flow, steps,
    multiIf(outcome = 'retry', 2, outcome = 'error' OR (kind = 'span' AND is_error), 1, 0) AS state,
    cityHash64(kind, service) AS reporter,
    identifiers.type AS types, identifiers.value AS values, arrayMap(r -> toInt8(r), identifiers.role) AS roles,
    identity_gaps_s MORE
FROM tick_observations
