-- What spans tell of ways between systems, whole five minutes at a time; ids are hashes, of (trace, span). Of many spans
-- one trace in one_in is looked at, with the spans of other traces that link to it. The attributes of what is left out
-- are not read into rows, and those of the rest once: the engine would read the whole map anew for each key it is asked
-- for. every is 0 for spans that move messages alone.
SELECT
    toUnixTimestamp64Nano(time) AS at_ns,
    duration_ns,
    cityHash64(trace_id, span_id) AS hop,
    if(reinterpretAsUInt64(parent_span_id) = 0, 0, cityHash64(trace_id, parent_span_id)) AS above,
    arrayMap((t, s) -> cityHash64(t, s), `links.trace_id`, `links.span_id`) AS linked,
    cityHash64(trace_id) % {one_in:UInt32} = 0 AS chosen,
    kind,
    status_code = 2 AS is_error,
    service,
    toLowCardinality(if(kind IN (3, 4),
        coalesce(
            nullIf(attributes['peer.service'], ''), nullIf(attributes['server.address'], ''),
            nullIf(attributes['messaging.destination.name'], ''), attributes['messaging.system']),
        '')) AS peer
FROM spans
PREWHERE {one_in:UInt32} = 1 OR cityHash64(trace_id) % {one_in:UInt32} = 0
    OR arrayExists(t -> cityHash64(t) % {one_in:UInt32} = 0, `links.trace_id`)
WHERE toStartOfFiveMinutes(time) >= {first:DateTime('UTC')} AND toStartOfFiveMinutes(time) <= {last:DateTime('UTC')}
    AND ({every:UInt8} = 1 OR kind IN (2, 4, 5) OR notEmpty(`links.trace_id`))
SETTINGS output_format_arrow_low_cardinality_as_dictionary = 1, optimize_functions_to_subcolumns = 0
