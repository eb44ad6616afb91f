-- Per step (system, operation) of the window and of the baseline: how often, how slow by itself, how often wrong.
-- Self time is the span without the time of its children, children running side by side counted once at most
-- (their sum is cut at the span's own length).
WITH
    s AS
    (
        SELECT trace_id, span_id, parent_span_id,
            transform(toString(service), {services:Array(String)}, {systems:Array(String)}, toString(service)) AS system,
            name, time AS at, duration_ns, status_code = 2 AS is_error,
            time >= {baseline_since:DateTime64(9, 'UTC')} AND time < {baseline_until:DateTime64(9, 'UTC')} AS in_baseline,
            time >= {since:DateTime64(9, 'UTC')} AND time < {until:DateTime64(9, 'UTC')} AS in_window
        FROM spans
        WHERE time >= least({since:DateTime64(9, 'UTC')}, {baseline_since:DateTime64(9, 'UTC')})
            AND time < greatest({until:DateTime64(9, 'UTC')}, {baseline_until:DateTime64(9, 'UTC')})
            AND (in_baseline OR in_window)
            AND (empty({traces:Array(String)}) OR trace_id IN
                (SELECT toFixedString(unhex(arrayJoin({traces:Array(String)})), 16)))
        LIMIT 1 BY trace_id, span_id
    ),
    below AS
    (
        SELECT trace_id, parent_span_id AS span_id, sum(duration_ns) AS below_ns, max(is_error) AS error_below
        FROM s
        WHERE parent_span_id != toFixedString('', 8)
        GROUP BY trace_id, span_id
    )
SELECT
    s.system AS system,
    s.name AS name,
    countIf(in_window) AS n_window,
    countIf(in_baseline) AS n_baseline,
    quantileIf(0.9)(self_ms, in_window) AS p90_window_ms,
    quantileIf(0.9)(self_ms, in_baseline) AS p90_baseline_ms,
    countIf(in_window AND own_error) AS errors_window,
    countIf(in_baseline AND own_error) AS errors_baseline,
    argMaxIf((lower(hex(s.trace_id)), lower(hex(s.span_id))), self_ms, in_window) AS slowest,
    argMaxIf((lower(hex(s.trace_id)), lower(hex(s.span_id))), s.at, in_window AND own_error) AS failing
FROM
(
    SELECT s.*,
        (s.duration_ns - least(s.duration_ns, below.below_ns)) / 1e6 AS self_ms,
        s.is_error = 1 AND below.error_below = 0 AS own_error
    FROM s LEFT JOIN below ON below.trace_id = s.trace_id AND below.span_id = s.span_id
) AS s
GROUP BY system, name
ORDER BY system, name
