SELECT count() > 0 AS used
FROM tick_flows
WHERE (deadline_clock > 0 OR arrayMax(clocks) > 0) AND code IN (SELECT flow_code FROM tick_chosen)
