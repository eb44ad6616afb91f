SELECT count() > 0 AS used
FROM tick_flows
WHERE arrayExists(p -> notEmpty(p), pauses) AND code IN (SELECT flow_code FROM tick_chosen)
