WITH transform(segment_id, {segments:Array(UInt64)}, {received:Array(DateTime64(3, 'UTC'))}, toDateTime64(0, 3, 'UTC'))
    AS received_at
SELECT
    signature,
    any(explicit_system) AS explicit_system,
    any(service) AS service,
    any(flow) AS flow,
    any(milestone) AS milestone,
    any(extras) AS extras,
    countIf(NOT untimely) > 0 AS heard,
    -- a clock that runs ahead does not make its source heard in the future
    maxIf(if(end_at > received_at + INTERVAL 5 MINUTE, received_at, toDateTime64(end_at, 3, 'UTC')), NOT untimely)
        AS heard_at
FROM tick_extracted
GROUP BY signature
