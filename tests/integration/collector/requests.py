"""Hypothesis strategies for whole OTLP requests: every kind of value, at any depth, with and without every field."""

from typing import Any

from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import (
    AnyValue,
    ArrayValue,
    InstrumentationScope,
    KeyValue,
    KeyValueList,
)
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1 import metrics_pb2 as metrics
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["", "\x00", "'\\\"/", "é\u2028"]
)
int64 = st.integers(-(2**63), 2**63 - 1)
uint32 = st.integers(0, 2**32 - 1)
uint64 = st.integers(0, 2**64 - 1)
doubles = st.floats(width=64)
times = st.integers(0, 2**63 - 1)
scalars = st.one_of(
    st.just(AnyValue()),
    words.map(lambda text: AnyValue(string_value=text)),
    st.booleans().map(lambda value: AnyValue(bool_value=value)),
    int64.map(lambda value: AnyValue(int_value=value)),
    doubles.map(lambda value: AnyValue(double_value=value)),
    st.binary(max_size=9).map(lambda value: AnyValue(bytes_value=value)),
)


def unique_pairs(values: st.SearchStrategy[AnyValue]) -> st.SearchStrategy[list[KeyValue]]:
    pairs = st.builds(lambda key, value: KeyValue(key=key, value=value), words, values)
    return st.lists(pairs, max_size=4, unique_by=lambda pair: pair.key)


any_value = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: AnyValue(array_value=ArrayValue(values=items))),
        unique_pairs(inner).map(lambda pairs: AnyValue(kvlist_value=KeyValueList(values=pairs))),
    ),
    max_leaves=6,
)
attributes = unique_pairs(any_value)


def maybe(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def message(kind: Any, fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    return maybe(fields).map(lambda values: kind(**values))


resources = message(Resource, {"attributes": attributes, "dropped_attributes_count": uint32})
scopes = message(
    InstrumentationScope,
    {"name": words, "version": words, "attributes": attributes, "dropped_attributes_count": uint32},
)
ids = {"trace_id": st.binary(max_size=20), "span_id": st.binary(max_size=10)}
span_events = message(
    Span.Event,
    {"time_unix_nano": times, "name": words, "attributes": attributes, "dropped_attributes_count": uint32},
)
links = message(
    Span.Link,
    {
        **ids,
        "trace_state": words,
        "attributes": attributes,
        "dropped_attributes_count": uint32,
        "flags": uint32,
    },
)
spans = message(
    Span,
    {
        "trace_state": words,
        "parent_span_id": st.binary(min_size=8, max_size=8) | st.binary(max_size=9),
        "flags": uint32,
        "name": words,
        "kind": st.integers(0, 9),
        "start_time_unix_nano": uint64,
        "end_time_unix_nano": uint64,
        "attributes": attributes,
        "dropped_attributes_count": uint32,
        "events": st.lists(span_events, max_size=2),
        "dropped_events_count": uint32,
        "links": st.lists(links, max_size=2),
        "dropped_links_count": uint32,
        "status": message(Status, {"message": words, "code": st.integers(0, 2)}),
    },
)
log_records = message(
    LogRecord,
    {
        **ids,
        "time_unix_nano": times,
        "severity_number": st.integers(0, 24),
        "severity_text": words,
        "body": any_value,
        "attributes": attributes,
        "dropped_attributes_count": uint32,
        "flags": uint32,
        "event_name": words,
    },
)
exemplars = st.lists(
    st.one_of(
        message(metrics.Exemplar, {**ids, "time_unix_nano": times, "filtered_attributes": attributes, "as_int": int64}),
        message(metrics.Exemplar, {"time_unix_nano": times, "as_double": doubles}),
    ),
    max_size=2,
)
common = {"start_time_unix_nano": times, "attributes": attributes, "flags": uint32}
extremes = {"count": uint64, "sum": doubles, "min": doubles, "max": doubles, "exemplars": exemplars}
numbers = st.one_of(
    message(metrics.NumberDataPoint, {**common, "as_int": int64, "exemplars": exemplars}),
    message(metrics.NumberDataPoint, {**common, "as_double": doubles}),
)
buckets = message(
    metrics.ExponentialHistogramDataPoint.Buckets,
    {"offset": st.integers(-(2**31), 2**31 - 1), "bucket_counts": st.lists(uint64, max_size=4)},
)
POINTS = {
    "gauge": numbers,
    "sum": numbers,
    "histogram": message(
        metrics.HistogramDataPoint,
        {
            **common,
            **extremes,
            "bucket_counts": st.lists(uint64, max_size=4),
            "explicit_bounds": st.lists(doubles, max_size=4),
        },
    ),
    "exponential_histogram": message(
        metrics.ExponentialHistogramDataPoint,
        {
            **common,
            **extremes,
            "scale": st.integers(-(2**31), 2**31 - 1),
            "zero_count": uint64,
            "zero_threshold": doubles,
            "positive": buckets,
            "negative": buckets,
        },
    ),
    "summary": message(
        metrics.SummaryDataPoint,
        {
            **common,
            "count": uint64,
            "sum": doubles,
            "quantile_values": st.lists(
                message(metrics.SummaryDataPoint.ValueAtQuantile, {"quantile": doubles, "value": doubles}), max_size=2
            ),
        },
    ),
}
temporality = st.integers(0, 2)
DATA = {
    "gauge": maybe({"data_points": st.lists(POINTS["gauge"], max_size=2)}),
    "sum": maybe(
        {
            "data_points": st.lists(POINTS["sum"], max_size=2),
            "aggregation_temporality": temporality,
            "is_monotonic": st.booleans(),
        }
    ),
    "histogram": maybe(
        {"data_points": st.lists(POINTS["histogram"], max_size=2), "aggregation_temporality": temporality}
    ),
    "exponential_histogram": maybe(
        {
            "data_points": st.lists(POINTS["exponential_histogram"], max_size=2),
            "aggregation_temporality": temporality,
        }
    ),
    "summary": maybe({"data_points": st.lists(POINTS["summary"], max_size=2)}),
}


@st.composite
def one_metric(draw: st.DrawFn) -> metrics.Metric:
    kind = draw(st.sampled_from(sorted(DATA)))
    fields = draw(maybe({"name": words, "description": words, "unit": words, "metadata": attributes}))
    return metrics.Metric(**fields, **{kind: draw(DATA[kind])})


def _request(kind: Any, resource_field: str, scope_field: str, item_field: str, items: Any) -> Any:
    request_fields = kind.DESCRIPTOR.fields_by_name
    resource_kind = request_fields[resource_field].message_type._concrete_class
    scope_kind = resource_kind.DESCRIPTOR.fields_by_name[scope_field].message_type._concrete_class
    by_scope = message(scope_kind, {"scope": scopes, item_field: st.lists(items, max_size=3), "schema_url": words})
    by_resource = message(
        resource_kind, {"resource": resources, scope_field: st.lists(by_scope, max_size=2), "schema_url": words}
    )
    return message(kind, {resource_field: st.lists(by_resource, max_size=2)})


trace_requests = _request(ExportTraceServiceRequest, "resource_spans", "scope_spans", "spans", spans)
log_requests = _request(ExportLogsServiceRequest, "resource_logs", "scope_logs", "log_records", log_records)
metric_requests = _request(ExportMetricsServiceRequest, "resource_metrics", "scope_metrics", "metrics", one_metric())
