-- What the flows of a tick ask for.
SELECT
    countIf(deadline_clock > 0 OR arrayMax(clocks) > 0) AS calendar,
    countIf(arrayExists(p -> notEmpty(p), pauses)) AS pauses
FROM tick_flows
WHERE code IN (SELECT flow_code FROM tick_chosen)
