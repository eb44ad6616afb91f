"""Structure, counts and limits of OTLP requests."""

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from collector.config import LimitsConfig
from collector.refusals import BadDataError, TooLargeError
from collector.signals import Signal
from collector.validate import Validator
from collector.wire import PIECE_BYTES, cut_pieces, drop_items, pack_varint, walk_fields

VALIDATOR = Validator(LimitsConfig())


def traces(count, **fields):
    request = ExportTraceServiceRequest()
    for _ in range(2):
        scope = request.resource_spans.add().scope_spans.add()
        for number in range(count):
            values = {"trace_id": b"t" * 16, "span_id": b"s" * 8, "name": f"span {number}"} | fields
            scope.spans.add(**values)
    return request


def wrapped(body: bytes, levels: int = 2) -> bytes:
    """*body* as the content of nested messages with the field numbers of traces."""
    for tag in (0x12, 0x0A)[:levels]:
        body = bytes((tag,)) + pack_varint(len(body)) + body
    return body


def test_spans_are_counted_over_resources_and_scopes():
    assert VALIDATOR.check(Signal.TRACES, traces(5).SerializeToString()).items == 10


def test_an_empty_request_and_empty_envelopes_hold_nothing():
    assert VALIDATOR.check(Signal.TRACES, b"").items == 0
    assert VALIDATOR.check(Signal.TRACES, traces(0).SerializeToString()).items == 0


def test_log_records_are_counted_whatever_their_ids():
    request = ExportLogsServiceRequest()
    records = request.resource_logs.add().scope_logs.add().log_records
    records.add(trace_id=b"short")
    records.add()
    assert VALIDATOR.check(Signal.LOGS, request.SerializeToString()).items == 2


def test_data_points_are_counted_and_not_metrics():
    request = ExportMetricsServiceRequest()
    metrics = request.resource_metrics.add().scope_metrics.add().metrics
    for kind in ("gauge", "sum", "histogram", "exponential_histogram", "summary"):
        points = getattr(metrics.add(name=kind), kind).data_points
        points.add()
        points.add()
    metrics.add(name="without data")
    assert VALIDATOR.check(Signal.METRICS, request.SerializeToString()).items == 10


@pytest.mark.parametrize("size", [1, 7, 30])
def test_truncated_bytes_are_bad_data(size):
    with pytest.raises(BadDataError):
        VALIDATOR.check(Signal.TRACES, traces(3).SerializeToString()[:-size])


def test_invalid_utf8_is_bad_data_and_its_text_is_not_repeated():
    body = traces(1, name="NAME").SerializeToString().replace(b"NAME", b"SE\xffC")
    with pytest.raises(BadDataError) as refused:
        VALIDATOR.check(Signal.TRACES, body)
    assert "SE" not in str(refused.value)


@pytest.mark.parametrize("signal", [Signal.TRACES, Signal.LOGS, Signal.METRICS])
@pytest.mark.parametrize("body", [b"\x0c", b"\x0c\x0b", b"\x14\x13", b"\x0c" * 27, b"\x12\x00\x0c"])
def test_the_end_of_a_group_that_was_not_begun_is_bad_data(signal, body):
    with pytest.raises(BadDataError):
        VALIDATOR.check(signal, body)


def test_unknown_fields_are_kept():
    body = traces(1).SerializeToString() + b"\x92\x03\x03new"
    assert VALIDATOR.check(Signal.TRACES, body).payload == body


@pytest.mark.parametrize(
    "ids",
    [
        {"trace_id": b""},
        {"trace_id": b"t" * 15},
        {"trace_id": b"t" * 17},
        {"trace_id": bytes(16)},
        {"span_id": b""},
        {"span_id": b"s" * 7},
        {"span_id": b"s" * 9},
        {"span_id": bytes(8)},
        {"trace_id": b"t" * 8, "span_id": b"s" * 16},
    ],
)
def test_spans_with_bad_ids_are_refused_and_the_rest_is_kept_as_it_was(ids):
    request = traces(3)
    spans = request.resource_spans[1].scope_spans[0].spans
    bad = spans.add(name="bad", **({"trace_id": b"t" * 16, "span_id": b"s" * 8} | ids))
    assert bad.name == "bad"
    spans.add(name="last", trace_id=b"t" * 16, span_id=b"s" * 8)
    checked = VALIDATOR.check(Signal.TRACES, request.SerializeToString())
    assert (checked.items, checked.rejected) == (7, 1)
    assert "1 span" in checked.message
    del spans[3]
    assert ExportTraceServiceRequest.FromString(checked.payload) == request


def test_ids_that_merely_contain_zeros_are_good():
    request = traces(1, trace_id=bytes(15) + b"\x01", span_id=b"\x01" + bytes(7))
    request.resource_spans[0].scope_spans[0].spans.add(trace_id=b"\x12\x08" + b"x" * 14, span_id=bytes(7) + b"\x01")
    assert VALIDATOR.check(Signal.TRACES, request.SerializeToString()).rejected == 0


def test_a_large_request_is_cut_and_counts_the_same():
    request = traces(3_000, trace_state="x" * 200)
    body = request.SerializeToString()
    pieces = list(cut_pieces(body, ExportTraceServiceRequest.DESCRIPTOR, max_fields=10_000, max_level=9))
    assert len(body) > 2 * PIECE_BYTES
    assert max(piece.end - piece.start for piece in pieces) <= PIECE_BYTES
    assert VALIDATOR.check(Signal.TRACES, body).items == 6_000


def test_one_item_larger_than_a_piece_is_one_item():
    request = traces(1)
    for number in range(30_000):
        request.resource_spans[0].scope_spans[0].spans[0].attributes.add(key=f"key {number}").value.string_value = (
            "v" * 20
        )
    body = request.SerializeToString()
    assert len(body) > 2 * PIECE_BYTES
    assert VALIDATOR.check(Signal.TRACES, body).items == 2


def test_bad_bytes_deep_in_a_large_request_are_found():
    request = traces(3_000, trace_state="x" * 200)
    request.resource_spans[1].scope_spans[0].spans[2_999].name = "NAME"
    body = request.SerializeToString().replace(b"NAME", b"\xff\xfe\xfd\xfc")
    with pytest.raises(BadDataError):
        VALIDATOR.check(Signal.TRACES, body)


@pytest.mark.parametrize("spans", [250_000, 1_000_000])
def test_an_empty_message_bomb_is_refused(spans):
    with pytest.raises(TooLargeError):
        VALIDATOR.check(Signal.TRACES, wrapped(b"\x12\x00" * spans))


def test_a_bomb_of_empty_attributes_is_refused():
    span = b"\x4a\x00" * 500_000
    with pytest.raises(TooLargeError):
        VALIDATOR.check(Signal.TRACES, wrapped(b"\x12" + pack_varint(len(span)) + span))


def test_more_items_than_allowed_are_refused():
    validator = Validator(LimitsConfig(max_items=9))
    with pytest.raises(TooLargeError):
        validator.check(Signal.TRACES, traces(5).SerializeToString())


def test_more_bytes_than_allowed_are_refused():
    validator = Validator(LimitsConfig(max_request_bytes=100))
    with pytest.raises(TooLargeError):
        validator.check(Signal.TRACES, traces(5).SerializeToString())


@pytest.mark.parametrize(("depth", "is_good"), [(1, True), (32, True), (36, False), (1_000, False), (30_000, False)])
def test_values_may_be_nested_32_deep(depth, is_good):
    value = b"\x18\x01"  # int_value 1
    for _ in range(depth):
        # values of ArrayValue, array_value of AnyValue
        value = b"\x0a" + pack_varint(len(value)) + value
        value = b"\x2a" + pack_varint(len(value)) + value
    attribute = b"\x12" + pack_varint(len(value)) + value
    span = b"\x0a\x10" + b"t" * 16 + b"\x12\x08" + b"s" * 8 + b"\x4a" + pack_varint(len(attribute)) + attribute
    body = wrapped(b"\x12" + pack_varint(len(span)) + span)
    if is_good:
        assert VALIDATOR.check(Signal.TRACES, body).items == 1
    else:
        with pytest.raises((BadDataError, TooLargeError)):
            VALIDATOR.check(Signal.TRACES, body)


def test_a_walk_gives_back_every_byte():
    body = traces(3).SerializeToString()
    fields = list(walk_fields(body, 0, len(body)))
    assert b"".join(body[field.start : field.end] for field in fields) == body


@pytest.mark.parametrize("body", [b"\x0b\x0c", b"\x0a\x05abc", b"\x0a", b"\x80" * 11, b"\x09abc"])
def test_a_walk_over_what_is_no_message_ends(body):
    with pytest.raises(BadDataError):
        list(walk_fields(body, 0, len(body)))


def test_dropping_nothing_changes_nothing():
    body = traces(3).SerializeToString()
    assert drop_items(body, (1, 2, 2), lambda _number: False) == body
