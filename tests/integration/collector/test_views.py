"""What a client sends is read back through the views under the names of the Collector's ClickHouse exporter."""

import json
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.signals import Signal
from storage.store import Store
from tests.integration.collector.reference import moment
from tests.integration.collector.test_decode import store_request

TRACE, SPAN, PARENT = bytes(range(16)), bytes(range(8)), bytes(range(8, 16))
START_NS, END_NS = 1_795_000_000_000_001_000, 1_795_000_000_250_001_000
DEEP = {"list": ["a", {"b": [1, None, {"c": True}]}], "empty": []}
ATTRIBUTES = {
    "text": "é",
    "flag": "true",
    "number": "-9223372036854775808",
    "ratio": "0.25",
    "bytes": "//4=",
    "none": "",
    "deep": json.dumps(DEEP, separators=(",", ":")),
}


def fill(pairs: Any) -> None:
    values = {key: pairs.add(key=key).value for key in ATTRIBUTES}
    values["text"].string_value = "é"
    values["flag"].bool_value = True
    values["number"].int_value = -(2**63)
    values["ratio"].double_value = 0.25
    values["bytes"].bytes_value = b"\xff\xfe"
    nest(values["deep"], DEEP)


def nest(value: Any, content: Any) -> None:
    if isinstance(content, dict):
        value.kvlist_value.SetInParent()
        for key, inner in content.items():
            nest(value.kvlist_value.values.add(key=key).value, inner)
    elif isinstance(content, list):
        value.array_value.SetInParent()
        for inner in content:
            nest(value.array_value.values.add(), inner)
    elif isinstance(content, bool):
        value.bool_value = content
    elif isinstance(content, int):
        value.int_value = content
    elif content is not None:
        value.string_value = content


def scope_of(resources: Any, scopes: str) -> Any:
    by_resource = resources.add(schema_url="https://example.org/resource")
    by_resource.resource.attributes.add(key="service.name").value.string_value = "erp"
    fill(by_resource.resource.attributes)
    scope = getattr(by_resource, scopes).add(schema_url="https://example.org/scope")
    scope.scope.name, scope.scope.version, scope.scope.dropped_attributes_count = "library", "1.2", 3
    fill(scope.scope.attributes)
    return scope


def only_row(engine: Store, view: str) -> dict[str, Any]:
    (row,) = engine.rows(f"SELECT * FROM {view}")
    return row


def check_common(row: dict[str, Any], *, has_scope_attributes: bool = True) -> None:
    assert row["ServiceName"] == "erp"
    assert row["ResourceAttributes"] == {"service.name": "erp", **ATTRIBUTES}
    assert (row["ScopeName"], row["ScopeVersion"]) == ("library", "1.2")
    if has_scope_attributes:
        assert row["ScopeAttributes"] == ATTRIBUTES
        assert row["ResourceSchemaUrl"] == "https://example.org/resource"
        assert row["ScopeSchemaUrl"] == "https://example.org/scope"


def test_a_span_in_full(engine: Store):
    request = ExportTraceServiceRequest()
    span = scope_of(request.resource_spans, "scope_spans").spans.add(
        trace_id=TRACE,
        span_id=SPAN,
        parent_span_id=PARENT,
        trace_state="vendor=1",
        name="release order",
        kind=3,
        start_time_unix_nano=START_NS,
        end_time_unix_nano=END_NS,
    )
    fill(span.attributes)
    span.status.code, span.status.message = 2, "rejected"
    fill(span.events.add(time_unix_nano=START_NS, name="exception").attributes)
    fill(span.links.add(trace_id=TRACE[::-1], span_id=SPAN[::-1], trace_state="other=2").attributes)
    store_request(engine, Signal.TRACES, request.SerializeToString())
    row = only_row(engine, "otel_traces")
    check_common(row, has_scope_attributes=False)
    assert row["Timestamp"] == moment(START_NS)
    assert row["Duration"] == END_NS - START_NS
    assert (row["TraceId"], row["SpanId"], row["ParentSpanId"]) == (TRACE.hex(), SPAN.hex(), PARENT.hex())
    assert (row["TraceState"], row["SpanName"], row["SpanKind"]) == ("vendor=1", "release order", "Client")
    assert (row["StatusCode"], row["StatusMessage"]) == ("Error", "rejected")
    assert row["SpanAttributes"] == ATTRIBUTES
    assert row["Events.Timestamp"] == [moment(START_NS)]
    assert row["Events.Name"] == ["exception"]
    assert row["Events.Attributes"] == [ATTRIBUTES]
    assert (row["Links.TraceId"], row["Links.SpanId"]) == ([TRACE[::-1].hex()], [SPAN[::-1].hex()])
    assert row["Links.TraceState"] == ["other=2"]
    assert row["Links.Attributes"] == [ATTRIBUTES]
    times = only_row(engine, "otel_traces_trace_id_ts")
    assert times["TraceId"] == TRACE.hex()
    assert times["Start"] == times["End"] == moment(START_NS).replace(microsecond=0)


def test_a_log_record_in_full(engine: Store):
    request = ExportLogsServiceRequest()
    record = scope_of(request.resource_logs, "scope_logs").log_records.add(
        time_unix_nano=START_NS,
        severity_number=17,
        severity_text="ERROR",
        trace_id=TRACE,
        span_id=SPAN,
        flags=1,
        event_name="order.rejected",
    )
    nest(record.body, DEEP)
    fill(record.attributes)
    store_request(engine, Signal.LOGS, request.SerializeToString())
    row = only_row(engine, "otel_logs")
    check_common(row)
    assert row["Timestamp"] == moment(START_NS)
    assert (row["TraceId"], row["SpanId"], row["TraceFlags"]) == (TRACE.hex(), SPAN.hex(), 1)
    assert (row["SeverityNumber"], row["SeverityText"]) == (17, "ERROR")
    assert json.loads(row["Body"]) == DEEP
    assert row["LogAttributes"] == ATTRIBUTES
    assert row["EventName"] == "order.rejected"


def point_of(points: Any, *, has_exemplars: bool = True) -> Any:
    point = points.add(start_time_unix_nano=START_NS, time_unix_nano=END_NS, flags=1)
    fill(point.attributes)
    if has_exemplars:
        exemplar = point.exemplars.add(time_unix_nano=START_NS, as_double=1.5, trace_id=TRACE, span_id=SPAN)
        fill(exemplar.filtered_attributes)
    return point


def check_point(row: dict[str, Any], kind: str) -> None:
    check_common(row)
    assert row["ScopeDroppedAttrCount"] == 3
    assert (row["MetricName"], row["MetricDescription"], row["MetricUnit"]) == (kind, f"a {kind}", "1")
    assert (row["StartTimeUnix"], row["TimeUnix"]) == (moment(START_NS), moment(END_NS))
    assert row["Attributes"] == ATTRIBUTES
    assert row["Flags"] == 1
    if kind != "summary":
        assert row["Exemplars.TimeUnix"] == [moment(START_NS)]
        assert row["Exemplars.Value"] == [1.5]
        assert (row["Exemplars.TraceId"], row["Exemplars.SpanId"]) == ([TRACE.hex()], [SPAN.hex()])
        assert row["Exemplars.FilteredAttributes"] == [ATTRIBUTES]


EXPECTED: dict[str, dict[str, Any]] = {
    "gauge": {"Value": -2.0},
    "sum": {"Value": 0.5, "AggregationTemporality": 2, "IsMonotonic": True},
    "histogram": {
        "Count": 3,
        "Sum": 6.0,
        "Min": 1.0,
        "Max": 4.0,
        "BucketCounts": [1, 2],
        "ExplicitBounds": [2.5],
        "AggregationTemporality": 1,
    },
    "exponential_histogram": {
        "Count": 6,
        "Sum": 6.0,
        "Min": -1.0,
        "Max": 4.0,
        "Scale": 3,
        "ZeroCount": 2,
        "AggregationTemporality": 1,
        "PositiveOffset": -1,
        "PositiveBucketCounts": [1, 2],
        "NegativeOffset": 5,
        "NegativeBucketCounts": [1],
    },
    "summary": {"Count": 4, "Sum": 9.0, "ValueAtQuantiles.Quantile": [0.5, 1.0], "ValueAtQuantiles.Value": [2.0, 3.0]},
}


def test_every_kind_of_data_point_in_full(engine: Store):
    request = ExportMetricsServiceRequest()
    metrics = scope_of(request.resource_metrics, "scope_metrics").metrics
    by_kind = {kind: metrics.add(name=kind, description=f"a {kind}", unit="1") for kind in EXPECTED}
    point_of(by_kind["gauge"].gauge.data_points).as_int = -2
    total = by_kind["sum"].sum
    total.aggregation_temporality, total.is_monotonic = 2, True
    point_of(total.data_points).as_double = 0.5
    histogram = by_kind["histogram"].histogram
    histogram.aggregation_temporality = 1
    point = point_of(histogram.data_points)
    point.count, point.sum, point.min, point.max = 3, 6.0, 1.0, 4.0
    point.bucket_counts.extend([1, 2])
    point.explicit_bounds.append(2.5)
    exponential = by_kind["exponential_histogram"].exponential_histogram
    exponential.aggregation_temporality = 1
    point = point_of(exponential.data_points)
    point.count, point.sum, point.min, point.max, point.scale, point.zero_count = 6, 6.0, -1.0, 4.0, 3, 2
    point.positive.offset, point.negative.offset = -1, 5
    point.positive.bucket_counts.extend([1, 2])
    point.negative.bucket_counts.append(1)
    point = point_of(by_kind["summary"].summary.data_points, has_exemplars=False)
    point.count, point.sum = 4, 9.0
    point.quantile_values.add(quantile=0.5, value=2.0)
    point.quantile_values.add(quantile=1.0, value=3.0)
    store_request(engine, Signal.METRICS, request.SerializeToString())
    for kind, expected in EXPECTED.items():
        row = only_row(engine, f"otel_metrics_{kind}")
        check_point(row, kind)
        assert {name: row[name] for name in expected} == expected
