    -- In one order, for what is hashed. Where nothing is, the order of the client stands: sorting costs a tenth of all.
    (kvs, limits) -> mapSort(attribute_map(kvs, limits)) AS sorted_map,
    id -> if(length(id) = 16, id, '')::FixedString(16) AS trace_id_of,
    id -> if(length(id) = 8, id, '')::FixedString(8) AS span_id_of,
    -- A time beyond the year 2262 does not fit; it is kept as the last instant that does.
    ns -> fromUnixTimestamp64Nano(toInt64(least(ns, 9223372036854775807)), 'UTC') AS time_of,
    ns -> fromUnixTimestamp64Milli(toInt64(intDiv(ns, 1000000)), 'UTC') AS received_at_of,
    attributes -> multiIf(
        attributes['correlation.id'] != '', attributes['correlation.id'],
        attributes['correlation_id'] != '', attributes['correlation_id'],
        attributes['x-correlation-id'] != '', attributes['x-correlation-id'],
        attributes['messaging.message.conversation_id']) AS correlation_of
