-- From when to when a trace lasts: Grafana asks this before it asks for the spans.
CREATE VIEW otel_traces_trace_id_ts AS
SELECT
    lower(hex(trace_id)) AS TraceId,
    toDateTime(min(time)) AS Start,
    toDateTime(max(time)) AS End
FROM spans
GROUP BY TraceId
