"""What a client sends is read back whole: generated requests against a slow reference decoder."""

import itertools
import json
import math
import struct
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValueList

from collector.decode.image import delimited_request, varint
from collector.decode.rewrite import rewrite_request
from collector.decode.statements import decodes_of
from collector.decode.structures import METRIC_KINDS, Depth
from collector.signals import Signal
from core.errors import PermanentError
from core.memory_file import memory_file
from storage.store import Store
from tests.integration.collector import requests
from tests.integration.collector.reference import (
    log_records,
    map_matches,
    moment,
    points,
    spans,
    text_matches,
)

RECEIVED_NS = 1_795_000_000_123_456_789
EVENT_TEXTS = (
    *("source", "id", "type", "subject", "correlation_id", "flow", "milestone", "outcome", "system", "data"),
    *("parent_type", "parent_id"),
)
depths = st.sampled_from(["nested", "flat", "plain"])
thorough = settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes and is not for CI
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
segment_ids = itertools.count(1)


def store_request(engine: Store, signal: Signal, payload: bytes, depth: Depth = "nested") -> int:
    """Insert one request as the flusher does, rewritten when *depth* says so or the engine refuses; return its id."""
    segment_id = next(segment_ids)
    for table, decode in enumerate(decodes_of(signal, depth)):
        body = rewrite_request(signal, payload) if depth == "flat" else payload
        with memory_file(delimited_request(body, segment_id, RECEIVED_NS)) as path:
            try:
                engine.execute(decode.insert_sql, decode.params(path))
                continue
            except PermanentError:
                assert depth != "flat"
        with memory_file(delimited_request(rewrite_request(signal, payload), segment_id, RECEIVED_NS)) as path:
            flat = decodes_of(signal, "flat")[table]
            engine.execute(flat.insert_sql, flat.params(path))
    return segment_id


def rows_of(engine: Store, table: str, segment_id: int) -> list[dict[str, Any]]:
    return engine.rows(f"SELECT * FROM {table} WHERE segment_id = {{id:UInt64}}", {"id": segment_id})


def id_of(sent: bytes, length: int) -> bytes:
    return sent if len(sent) == length else bytes(length)


def same_number(stored: float | None, sent: float) -> bool:
    return (stored is not None and struct.pack("<d", stored) == struct.pack("<d", sent)) or math.isnan(sent)


def check_envelope(row: dict[str, Any], resource: Any, scope: Any) -> None:
    assert map_matches(row["resource_attributes"], resource.resource.attributes)
    assert row["resource_dropped_attributes_count"] == resource.resource.dropped_attributes_count
    assert row["resource_schema_url"] == resource.schema_url
    assert row["scope_name"] == scope.scope.name
    assert row["scope_version"] == scope.scope.version
    assert map_matches(row["scope_attributes"], scope.scope.attributes)
    assert row["scope_dropped_attributes_count"] == scope.scope.dropped_attributes_count
    assert row["scope_schema_url"] == scope.schema_url
    assert row["received_at"] == moment(RECEIVED_NS) - timedelta(microseconds=456)


@thorough
@given(request=requests.trace_requests, depth=depths)
def test_every_field_of_a_span_is_read_back(engine: Store, request: Any, depth: Depth):
    for number, (_, _, span) in enumerate(spans(request)):
        span.trace_id, span.span_id = struct.pack(">QQ", 1, number), struct.pack(">Q", number + 1)
    rows = {
        row["span_id"]: row
        for row in rows_of(engine, "spans", store_request(engine, Signal.TRACES, request.SerializeToString(), depth))
    }
    assert len(rows) == len(list(spans(request)))
    for resource, scope, span in spans(request):
        row = rows[span.span_id]
        check_envelope(row, resource, scope)
        assert row["trace_id"] == span.trace_id
        assert row["time"] == moment(span.start_time_unix_nano)
        assert row["duration_ns"] == max(0, span.end_time_unix_nano - span.start_time_unix_nano)
        assert row["parent_span_id"] == id_of(span.parent_span_id, 8)
        assert row["trace_state"] == span.trace_state
        assert row["flags"] == span.flags
        assert row["name"] == span.name
        assert row["kind"] == span.kind
        assert row["status_code"] == span.status.code
        assert row["status_message"] == span.status.message
        assert map_matches(row["attributes"], span.attributes)
        assert row["dropped_attributes_count"] == span.dropped_attributes_count
        assert row["dropped_events_count"] == span.dropped_events_count
        assert row["dropped_links_count"] == span.dropped_links_count
        assert row["events.time"] == [moment(event.time_unix_nano) for event in span.events]
        assert row["events.name"] == [event.name for event in span.events]
        assert row["events.dropped_attributes_count"] == [event.dropped_attributes_count for event in span.events]
        assert all(
            map_matches(stored, event.attributes)
            for stored, event in zip(row["events.attributes"], span.events, strict=True)
        )
        assert row["links.trace_id"] == [id_of(link.trace_id, 16) for link in span.links]
        assert row["links.span_id"] == [id_of(link.span_id, 8) for link in span.links]
        assert row["links.trace_state"] == [link.trace_state for link in span.links]
        assert row["links.flags"] == [link.flags for link in span.links]
        assert row["links.dropped_attributes_count"] == [link.dropped_attributes_count for link in span.links]
        assert all(
            map_matches(stored, link.attributes)
            for stored, link in zip(row["links.attributes"], span.links, strict=True)
        )


@thorough
@given(request=requests.log_requests, depth=depths)
def test_every_field_of_a_log_record_is_read_back(engine: Store, request: Any, depth: Depth):
    for number, (_, _, record) in enumerate(log_records(request)):
        record.observed_time_unix_nano = 1_000 * (number + 1)
    rows = {
        row["observed_time"]: row
        for row in rows_of(engine, "logs", store_request(engine, Signal.LOGS, request.SerializeToString(), depth))
    }
    assert len(rows) == len(list(log_records(request)))
    for resource, scope, record in log_records(request):
        row = rows[moment(record.observed_time_unix_nano)]
        check_envelope(row, resource, scope)
        assert row["time"] == moment(record.time_unix_nano or record.observed_time_unix_nano)
        assert row["trace_id"] == id_of(record.trace_id, 16)
        assert row["span_id"] == id_of(record.span_id, 8)
        assert row["severity_number"] == record.severity_number
        assert row["severity_text"] == record.severity_text
        assert text_matches(row["body"], record.body)
        assert map_matches(row["attributes"], record.attributes)
        assert row["dropped_attributes_count"] == record.dropped_attributes_count
        assert row["flags"] == record.flags
        assert row["event_name"] == record.event_name


def check_exemplars(row: dict[str, Any], point: Any) -> None:
    assert row["exemplars.time"] == [moment(one.time_unix_nano) for one in point.exemplars]
    assert row["exemplars.trace_id"] == [id_of(one.trace_id, 16) for one in point.exemplars]
    assert row["exemplars.span_id"] == [id_of(one.span_id, 8) for one in point.exemplars]
    for number, one in enumerate(point.exemplars):
        is_int = one.WhichOneof("value") == "as_int"
        assert row["exemplars.int_value"][number] == (one.as_int if is_int else None)
        assert same_number(row["exemplars.value"][number], float(one.as_int) if is_int else one.as_double)
        assert map_matches(row["exemplars.attributes"][number], one.filtered_attributes)


def check_number(row: dict[str, Any], point: Any) -> None:
    arm = point.WhichOneof("value")
    assert row["has_value"] is (arm is not None)
    assert row["int_value"] == (point.as_int if arm == "as_int" else None)
    assert same_number(row["value"], float(point.as_int) if arm == "as_int" else point.as_double)
    check_exemplars(row, point)


def check_extremes(row: dict[str, Any], point: Any) -> None:
    assert row["count"] == point.count
    for name in ("sum", "min", "max"):
        if point.HasField(name):
            assert same_number(row[name], getattr(point, name))
        else:
            assert row[name] is None
    check_exemplars(row, point)


def check_histogram(row: dict[str, Any], point: Any) -> None:
    check_extremes(row, point)
    assert row["bucket_counts"] == list(point.bucket_counts)
    assert all(
        same_number(stored, sent) for stored, sent in zip(row["explicit_bounds"], point.explicit_bounds, strict=True)
    )


def check_exponential(row: dict[str, Any], point: Any) -> None:
    check_extremes(row, point)
    assert row["scale"] == point.scale
    assert row["zero_count"] == point.zero_count
    assert same_number(row["zero_threshold"], point.zero_threshold)
    for side in ("positive", "negative"):
        assert row[f"{side}_offset"] == getattr(point, side).offset
        assert row[f"{side}_bucket_counts"] == list(getattr(point, side).bucket_counts)


def check_summary(row: dict[str, Any], point: Any) -> None:
    assert row["count"] == point.count
    assert same_number(row["sum"], point.sum)
    sent = point.quantile_values
    assert len(row["quantiles.quantile"]) == len(sent)
    assert all(same_number(stored, one.quantile) for stored, one in zip(row["quantiles.quantile"], sent, strict=True))
    assert all(same_number(stored, one.value) for stored, one in zip(row["quantiles.value"], sent, strict=True))


CHECKS = {
    "gauge": check_number,
    "sum": check_number,
    "histogram": check_histogram,
    "exponential_histogram": check_exponential,
    "summary": check_summary,
}


@thorough
@given(request=requests.metric_requests, depth=depths)
def test_every_field_of_a_data_point_is_read_back(engine: Store, request: Any, depth: Depth):
    for kind in METRIC_KINDS:
        for number, (_, _, _, point) in enumerate(points(request, kind)):
            point.time_unix_nano = 1_000 * (number + 1)
    segment_id = store_request(engine, Signal.METRICS, request.SerializeToString(), depth)
    for kind in METRIC_KINDS:
        rows = {row["time"]: row for row in rows_of(engine, f"metric_points_{kind}", segment_id)}
        assert len(rows) == len(list(points(request, kind)))
        for resource, scope, metric, point in points(request, kind):
            row = rows[moment(point.time_unix_nano)]
            check_envelope(row, resource, scope)
            assert (row["metric"], row["description"], row["unit"]) == (metric.name, metric.description, metric.unit)
            assert map_matches(row["metadata"], metric.metadata)
            assert row["start_time"] == moment(point.start_time_unix_nano)
            assert map_matches(row["attributes"], point.attributes)
            assert row["flags"] == point.flags
            if kind not in ("gauge", "summary"):
                assert row["aggregation_temporality"] == getattr(metric, kind).aggregation_temporality
            if kind == "sum":
                assert row["is_monotonic"] == metric.sum.is_monotonic
            CHECKS[kind](row, point)


def test_rows_of_requests_read_together_keep_their_own_segment(engine: Store):
    decode = decodes_of(Signal.TRACES, "nested")[0]
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(trace_id=b"t" * 16, span_id=b"s" * 8)
    pieces = [
        piece for number in (7, 8) for piece in delimited_request(request.SerializeToString(), number, RECEIVED_NS)
    ]
    with memory_file(pieces) as path:
        engine.execute(decode.insert_sql, decode.params(path))
    assert engine.rows("SELECT segment_id FROM spans ORDER BY segment_id") == [{"segment_id": 7}, {"segment_id": 8}]


def test_a_client_cannot_name_the_segment_of_its_rows(engine: Store):
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(trace_id=b"t" * 16, span_id=b"s" * 8)
    forged = b"".join(delimited_request(b"", 666, 1)[1:])
    segment_id = store_request(engine, Signal.TRACES, forged + request.SerializeToString() + forged)
    assert len(rows_of(engine, "spans", segment_id)) == 1
    assert not rows_of(engine, "spans", 666)


def test_an_attribute_key_sent_twice_is_kept_twice(engine: Store):
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add(trace_id=b"t" * 16, span_id=b"s" * 8)
    for value in ("first", "second"):
        span.attributes.add(key="k").value.string_value = value
    store_request(engine, Signal.TRACES, request.SerializeToString())
    assert engine.value("SELECT mapValues(attributes) FROM spans") == ["first", "second"]


def test_a_very_large_value_is_stored_whole(engine: Store):
    request = ExportTraceServiceRequest()
    span = request.resource_spans.add().scope_spans.add().spans.add(trace_id=b"t" * 16, span_id=b"s" * 8)
    span.attributes.add(key="k").value.string_value = "x" * 8_000_000
    store_request(engine, Signal.TRACES, request.SerializeToString())
    assert engine.value("SELECT length(attributes['k']) FROM spans") == 8_000_000


def test_a_log_without_any_time_has_the_time_of_receipt(engine: Store):
    request = ExportLogsServiceRequest()
    request.resource_logs.add().scope_logs.add().log_records.add()
    store_request(engine, Signal.LOGS, request.SerializeToString())
    assert engine.value("SELECT time = received_at FROM logs") == 1


def test_equal_log_records_have_the_same_content_hash_and_others_not(engine: Store):
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    for body in ("same", "same", "other"):
        records.add(time_unix_nano=5).body.string_value = body
    store_request(engine, Signal.LOGS, request.SerializeToString())
    assert engine.value("SELECT uniqExact(content_hash) FROM logs") == 2


def test_the_correlation_id_is_promoted_from_each_of_its_names(engine: Store):
    request = ExportTraceServiceRequest()
    sent = request.resource_spans.add().scope_spans.add().spans
    for key in ("correlation.id", "correlation_id", "x-correlation-id", "messaging.message.conversation_id"):
        span = sent.add(trace_id=b"t" * 16, span_id=b"s" * 8)
        span.attributes.add(key=key).value.string_value = f"c {key}"
    store_request(engine, Signal.TRACES, request.SerializeToString())
    assert engine.value("SELECT countIf(correlation_id = concat('c ', mapKeys(attributes)[1])) FROM spans") == 4


def test_a_business_event_is_read_back_whole(engine: Store):
    event = {
        "time_ns": -1_000,  # before 1970 is kept
        **{name: f"{name} é\u0000" for name in EVENT_TEXTS},
        "attributes": {"b": "2", "a.b": "\u2028", "": "no name"},
    }
    payload = json.dumps([event, {**event, "id": "second"}]).encode()
    wrapped = b"\x0a" + varint(len(payload)) + payload
    rows = rows_of(engine, "events", store_request(engine, Signal.EVENTS, wrapped))
    assert len(rows) == 2
    row = next(row for row in rows if row["id"] == event["id"])
    assert row["time"] == moment(-1_000)
    assert row["attributes"] == event["attributes"]
    assert {name: row[name] for name in EVENT_TEXTS} == {name: event[name] for name in EVENT_TEXTS}


def _plain_request() -> Any:
    request = ExportTraceServiceRequest()
    resource = request.resource_spans.add()
    resource.resource.attributes.add(key="service.name").value.string_value = "s"
    span = resource.scope_spans.add().spans.add(trace_id=b"t" * 16, span_id=b"s" * 8)
    span.attributes.add(key="text").value.string_value = "x"
    span.attributes.add(key="count").value.int_value = -3
    return request


def test_the_plain_statement_reads_texts_and_whole_numbers(engine: Store):
    decode = decodes_of(Signal.TRACES, "plain")[0]
    with memory_file(delimited_request(_plain_request().SerializeToString(), 1, RECEIVED_NS)) as path:
        engine.execute(decode.insert_sql, decode.params(path))
    row = rows_of(engine, "spans", 1)[0]
    assert row["attributes"] == {"text": "x", "count": "-3"}
    assert row["events.name"] == row["links.trace_id"] == []


@pytest.mark.parametrize(
    "value",
    [
        AnyValue(),
        AnyValue(bool_value=False),
        AnyValue(double_value=0.0),
        AnyValue(bytes_value=b""),
        AnyValue(array_value=ArrayValue()),
        AnyValue(kvlist_value=KeyValueList()),
    ],
    ids=lambda value: value.WhichOneof("value") or "unset",
)
@pytest.mark.parametrize("place", ["resource", "scope", "span"])
def test_the_plain_statement_refuses_every_other_kind_of_value(engine: Store, place: str, value: AnyValue):
    request = _plain_request()
    by_scope = request.resource_spans[0].scope_spans[0]
    holder = {"resource": request.resource_spans[0].resource, "scope": by_scope.scope, "span": by_scope.spans[0]}[place]
    holder.attributes.add(key="other", value=value)
    assert_refused(engine, request)


@pytest.mark.parametrize("part", ["events", "links"])
def test_the_plain_statement_refuses_a_span_with_events_or_links(engine: Store, part: str):
    request = _plain_request()
    getattr(request.resource_spans[0].scope_spans[0].spans[0], part).add()
    assert_refused(engine, request)


def assert_refused(engine: Store, request: Any) -> None:
    decode = decodes_of(Signal.TRACES, "plain")[0]
    with (
        memory_file(delimited_request(request.SerializeToString(), 1, RECEIVED_NS)) as path,
        pytest.raises(PermanentError),
    ):
        engine.execute(decode.insert_sql, decode.params(path))
    assert engine.value("SELECT count() FROM spans") == 0


@pytest.mark.parametrize("depth", ["plain", "flat", "nested"])
def test_a_segment_without_content_makes_no_rows(engine: Store, depth: Depth):
    for decode in (decode for signal in Signal for decode in decodes_of(signal, depth)):
        with memory_file([]) as path:
            engine.execute(decode.insert_sql, decode.params(path))
            assert engine.value(decode.count_sql, decode.params(path)) == 0
        assert engine.value(f"SELECT count() FROM {decode.table}") == 0
