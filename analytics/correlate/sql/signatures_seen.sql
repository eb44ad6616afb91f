SELECT
    signature,
    any(explicit_system) AS explicit_system,
    any(service) AS service,
    any(flow) AS flow,
    any(milestone) AS milestone,
    any(extras) AS extras
FROM tick_extracted
GROUP BY signature
