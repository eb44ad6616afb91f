-- Per log template (numbers and ids masked): how often in the window and in the baseline, with a sample.
SELECT
    transform(toString(service), {services:Array(String)}, {systems:Array(String)}, toString(service)) AS system,
    substring(replaceRegexpAll(body, '[0-9a-fA-F]{8}[0-9a-fA-F-]*|[0-9]+', '*'), 1, 160) AS template,
    max(severity_number) AS severity_number,
    countIf(in_window) AS n_window,
    countIf(in_baseline) AS n_baseline,
    argMaxIf((lower(hex(trace_id)), lower(hex(span_id))), time, in_window) AS sample
FROM
(
    SELECT service, body, severity_number, trace_id, span_id, time,
        time >= {baseline_since:DateTime64(9, 'UTC')} AND time < {baseline_until:DateTime64(9, 'UTC')} AS in_baseline,
        time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')} AS in_window
    FROM logs
    WHERE time >= least({since:DateTime64(9, 'UTC')}, {baseline_since:DateTime64(9, 'UTC')})
        AND time < greatest({until:DateTime64(9, 'UTC')}, {baseline_until:DateTime64(9, 'UTC')})
        AND (in_baseline OR in_window)
        AND (empty({traces:Array(String)}) OR lower(hex(trace_id)) IN {traces:Array(String)})
)
GROUP BY system, template
HAVING severity_number >= 13 OR n_baseline >= 5
ORDER BY system, template
LIMIT 20000
