"""
OTLP 1.11 row by row, over real sockets, up to the spool.

Rows are those of the conformance checklist in the order of the specification: a test's name ends in the numbers of the
rows it shows. `test_checklists` has the whole table.
"""

import gzip
import http.client
import json
import os
import re
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
import zstandard
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from collector.auth import OpenDoor
from collector.config import CollectorConfig, LimitsConfig, SpoolConfig
from collector.door import Door
from collector.keys import SpoolKey
from collector.otlp import SERVICES, TRACES
from collector.refusals import ForbiddenError, OverloadedError, UnauthenticatedError
from collector.signals import Signal
from collector.spool import Spool
from core.access import LOCAL
from core.clock import SystemClock
from core.errors import ConfigError

PROTOBUF = "application/x-protobuf"
JSON = "application/json"


class Served:
    """A door, its spool, and clients of both ports."""

    def __init__(self, folder, limits=None, authenticator=None, **spool):
        settings = {"path": folder / "spool", "seal_after_s": 0.01, "resend_entries": 1_000, **spool}
        self.spool = Spool(SpoolConfig(**settings), SpoolKey(b"k" * 32), SystemClock())
        config = CollectorConfig(grpc_port=0, http_port=0, limits=limits or LimitsConfig())
        self.door = Door(config, self.spool, authenticator or OpenDoor(), SystemClock())
        self.spool.start()
        self.door.start()
        self.channel = grpc.insecure_channel(
            f"127.0.0.1:{self.door.grpc_port}", options=[("grpc.max_send_message_length", -1)]
        )

    def export(self, body, signal=Signal.TRACES, **words):
        """Send over gRPC; return the answer's bytes."""
        return self.channel.unary_unary(f"/{SERVICES[signal].grpc_service}/Export")(body, timeout=20, **words)

    def post(self, path, body=b"", media_type=PROTOBUF, method="POST", connection=None, **headers):
        """Send over HTTP; return status, headers, body."""
        mine = connection or http.client.HTTPConnection("127.0.0.1", self.door.http_port, timeout=20)
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        if media_type:
            fields["content-type"] = media_type
        mine.request(method, path, body, fields)
        answer = mine.getresponse()
        result = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        if connection is None:
            mine.close()
        return result

    def stored(self, signal=Signal.TRACES, patience_s=10.0):
        """Return the payloads on disk of one signal, newest last; they are taken out. Waits for the first one."""
        payloads = []
        while (segment := self.spool.take(0.3 if payloads else patience_s)) is not None:
            payloads += [frame.payload for frame in segment.frames() if segment.signal is signal]
            self.spool.retire(segment)
        return payloads

    def stop(self):
        self.channel.close()
        self.door.stop(2)
        self.spool.stop(2)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    one = Served(tmp_path_factory.mktemp("conformance"))
    yield one
    one.stop()


@pytest.fixture
def serve(tmp_path):
    """Start a door of its own for one test."""
    started = []

    def start(**words):
        started.append(Served(tmp_path, **words))
        return started[-1]

    yield start
    for one in started:
        one.stop()


_number = iter(range(1, 10**9))


def span_request(count=1, **fields):
    """A request that differs from every other, so that it is no resend."""
    request = ExportTraceServiceRequest()
    spans = request.resource_spans.add().scope_spans.add().spans
    for _ in range(count):
        values = {"trace_id": os.urandom(16), "span_id": os.urandom(8), "name": f"span {next(_number)}"}
        spans.add(**(values | fields))
    return request.SerializeToString()


def log_request(**fields):
    request = ExportLogsServiceRequest()
    record = request.resource_logs.add().scope_logs.add().log_records.add(**fields)
    record.body.string_value = f"log {next(_number)}"
    return request.SerializeToString()


def metric_request(points=1):
    request = ExportMetricsServiceRequest()
    metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name=f"metric {next(_number)}")
    for _ in range(points):
        metric.gauge.data_points.add(as_int=1)
    return request.SerializeToString()


REQUESTS = {Signal.TRACES: span_request, Signal.LOGS: log_request, Signal.METRICS: metric_request}
signals = pytest.mark.parametrize("signal", REQUESTS)


def grpc_refusal(call):
    """Return the Status of a refused call."""
    with pytest.raises(grpc.RpcError) as refused:
        call()
    return refused.value, rpc_status.from_call(refused.value)


def detail(status, kind):
    """Return the detail of *kind* in *status*, or None."""
    for packed in status.details:
        if packed.Is(kind.DESCRIPTOR):
            found = kind()
            packed.Unpack(found)
            return found
    return None


@signals
def test_grpc_takes_every_signal_and_answers_an_empty_message_row_1(served, signal):
    body = REQUESTS[signal]()
    assert served.export(body, signal) == b""
    assert body in served.stored(signal)


@pytest.mark.parametrize("compression", [grpc.Compression.NoCompression, grpc.Compression.Gzip])
def test_grpc_takes_gzip_row_2(served, compression):
    body = span_request(50)
    served.export(body, compression=compression)
    assert body in served.stored()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("identity", bytes),
        ("gzip", gzip.compress),
        ("zstd", zstandard.ZstdCompressor().compress),
        ("GZIP", gzip.compress),
    ],
)
def test_http_takes_every_encoding_row_2(served, encoding, pack):
    body = span_request(50)
    assert served.post("/v1/traces", pack(body), content_encoding=encoding)[0] == 200
    assert body in served.stored()


@pytest.mark.parametrize("body", [b"", b"\x0a\x00", b"\x0a\x02\x12\x00"])
def test_empty_requests_and_envelopes_are_taken_row_3_row_4(served, body):
    assert served.export(body) == b""
    assert served.post("/v1/traces", body)[::2] == (200, b"")
    assert served.stored(patience_s=0.3) == []


def test_grpc_refuses_a_message_beyond_the_limit_for_good_row_5(serve):
    served = serve(limits=LimitsConfig(max_request_bytes=100_000))
    for compression in (grpc.Compression.NoCompression, grpc.Compression.Gzip):
        error, status = grpc_refusal(lambda: served.export(bytes(200_000), compression=compression))  # noqa: B023
        assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert status is None or detail(status, error_details_pb2.RetryInfo) is None


def test_grpc_asks_for_patience_when_the_spool_is_full_row_7(serve):
    served = serve(quota_bytes=1_000)
    error, status = grpc_refusal(lambda: served.export(span_request(100)))
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert detail(status, error_details_pb2.RetryInfo).retry_delay.seconds >= 1


def test_both_doors_ask_for_patience_at_the_memory_mark_row_7_row_25(serve):
    served = serve(limits=LimitsConfig(max_resident_bytes=1_000_000))
    error, status = grpc_refusal(lambda: served.export(span_request()))
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert detail(status, error_details_pb2.RetryInfo).retry_delay.seconds >= 1
    answer = served.post("/v1/traces", span_request())
    assert (answer[0], answer[1]["retry-after"]) == (503, "2")
    assert served.stored(patience_s=0.3) == []


def test_grpc_names_bad_data_row_8(served):
    error, status = grpc_refusal(lambda: served.export(b"\x0a\xff\xff"))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert detail(status, error_details_pb2.BadRequest).field_violations[0].field == "body"
    assert detail(status, error_details_pb2.RetryInfo) is None


def test_a_failed_disk_is_transient_row_9_row_26(served, monkeypatch):
    def refuse(_descriptor):
        raise OSError(5, "injected")

    monkeypatch.setattr(os, "fdatasync", refuse)
    error, status = grpc_refusal(lambda: served.export(span_request()))
    answer = served.post("/v1/traces", span_request())
    monkeypatch.undo()
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert detail(status, error_details_pb2.RetryInfo) is not None
    assert answer[0] == 503
    assert served.stored(patience_s=0.3) == []


class Guard:
    """Knows one token, which is for traces; can lose its store."""

    is_required = True
    is_down = False

    def check(self, authorization, signal):
        if self.is_down:
            raise OverloadedError("the token store cannot be asked")
        if authorization != "Bearer good":
            raise UnauthenticatedError("no valid token")
        if signal is not Signal.TRACES:
            raise ForbiddenError("this token is not for that signal")
        return LOCAL


def test_credentials_are_judged_before_the_body_row_10(serve):
    guard = Guard()
    served = serve(authenticator=guard)
    good = (("authorization", "Bearer good"),)
    body = span_request()
    assert grpc_refusal(lambda: served.export(body))[0].code() is grpc.StatusCode.UNAUTHENTICATED
    refused = grpc_refusal(lambda: served.export(log_request(), Signal.LOGS, metadata=good))[0]
    assert refused.code() is grpc.StatusCode.PERMISSION_DENIED
    assert served.export(body, metadata=good) == b""
    status, headers, _ = served.post("/v1/traces", body)
    assert (status, headers["www-authenticate"]) == (401, "Bearer")
    assert served.post("/v1/logs", log_request(), authorization="Bearer good")[0] == 403
    assert served.post("/v1/traces", span_request(), authorization="Bearer good")[0] == 200
    # The head alone decides: no byte of the announced body was sent.
    with socket.create_connection(("127.0.0.1", served.door.http_port), timeout=10) as raw:
        raw.sendall(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 9999999\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 401")
    guard.is_down = True
    assert grpc_refusal(lambda: served.export(body, metadata=good))[0].code() is grpc.StatusCode.UNAVAILABLE
    assert served.post("/v1/traces", body)[0] == 503


def test_a_hundred_calls_at_once_are_all_answered_row_11(served):
    bodies = [span_request() for _ in range(100)]
    export = served.channel.unary_unary(f"/{TRACES.grpc_service}/Export")
    calls = [export.future(body, timeout=30) for body in bodies]
    assert [call.result() for call in calls] == [b""] * 100
    assert sorted(served.stored()) == sorted(bodies)


def test_a_call_that_ran_out_of_time_is_safe_to_send_again_row_12(served, monkeypatch):
    real = os.fdatasync
    slow = threading.Event()

    def sync_slowly(descriptor):
        slow.wait(5)
        real(descriptor)

    monkeypatch.setattr(os, "fdatasync", sync_slowly)
    body = span_request()
    with pytest.raises(grpc.RpcError) as late:
        served.channel.unary_unary(f"/{TRACES.grpc_service}/Export")(body, timeout=0.3)
    slow.set()
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert served.export(body) == b""
    assert served.stored() == [body]


def test_answers_are_small_however_much_is_refused_row_13(served):
    assert len(served.export(span_request(20_000, trace_id=b"bad"))) < 1_000


def test_unknown_fields_are_taken_and_kept_row_14(served):
    body = span_request() + b"\x92\x03\x03new"
    assert served.export(body) == b""
    assert body in served.stored()


def test_profiles_are_not_spoken_row_15(served):
    call = served.channel.unary_unary("/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export")
    assert grpc_refusal(lambda: call(b""))[0].code() is grpc.StatusCode.UNIMPLEMENTED
    assert served.post("/v1development/profiles")[0] == 404


@signals
def test_http_takes_every_signal_in_protobuf_row_16_row_17(served, signal):
    body = REQUESTS[signal]()
    status, headers, answer = served.post(SERVICES[signal].http_path, body)
    assert (status, headers["content-type"], answer) == (200, PROTOBUF, b"")
    assert body in served.stored(signal)


@pytest.mark.parametrize("media_type", [JSON, "application/json; charset=utf-8", "APPLICATION/JSON"])
def test_http_takes_json_and_answers_json_row_18_row_19_row_28(served, media_type):
    record = {"body": {"stringValue": f"log {next(_number)}"}}
    body = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]})
    status, headers, answer = served.post("/v1/logs", body, media_type)
    assert (status, headers["content-type"], json.loads(answer)) == (200, JSON, {})
    stored = ExportLogsServiceRequest.FromString(served.stored(Signal.LOGS)[0])
    assert stored.resource_logs[0].scope_logs[0].log_records[0].body.string_value == record["body"]["stringValue"]


@pytest.mark.parametrize(
    "body",
    [b"\x0a\xff\xff", span_request(name="NAME").replace(b"NAME", b"N\xffME"), b"nonsense"],
    ids=["length beyond the end", "text that is not UTF-8", "nonsense"],  # the ids of a span are drawn anew each time
)
def test_bad_protobuf_is_a_400_with_a_status_in_protobuf_row_20_row_21(served, body):
    status, headers, answer = served.post("/v1/traces", body)
    assert (status, headers["content-type"]) == (400, PROTOBUF)
    parsed = status_pb2.Status.FromString(answer)
    assert parsed.code == 3
    assert detail(parsed, error_details_pb2.BadRequest) is not None
    assert b"ME" not in answer.replace(b"NAME", b"")


@pytest.mark.parametrize("body", [b"{", b"nonsense", b'{"resourceSpans": 7}', b'{"a": "\xff"}', b""])
def test_bad_json_is_a_400_with_a_status_in_json_row_20_row_21(served, body):
    status, headers, answer = served.post("/v1/traces", body, JSON)
    assert (status, headers["content-type"], json.loads(answer)["code"]) == (400, JSON, 3)


# Named, and of no moment: gzip writes the time into its head, and workers know a test by its name.
@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        pytest.param("gzip", b"not gzip", 400, id="not gzip"),
        pytest.param("gzip", gzip.compress(b"x" * 1_000, mtime=0)[:-9], 400, id="gzip cut short"),
        pytest.param("gzip", gzip.compress(b"", mtime=0) + b"garbage", 400, id="gzip and garbage"),
        pytest.param("gzip", gzip.compress(b"", mtime=0), 200, id="gzip of nothing"),
        pytest.param("gzip, gzip", gzip.compress(gzip.compress(b"", mtime=0), mtime=0), 415, id="gzip twice"),
        pytest.param("br", b"x", 415, id="an encoding not taken"),
        pytest.param("zstd", b"not zstd", 400, id="not zstd"),
    ],
)
def test_bodies_that_are_not_of_their_encoding_row_22(served, encoding, body, expected):
    status, _, answer = served.post("/v1/traces", body, content_encoding=encoding)
    assert status == expected
    assert status == 200 or status_pb2.Status.FromString(answer).message


def test_too_large_is_413_and_the_connection_goes_on_row_23(serve):
    served = serve(limits=LimitsConfig(max_request_bytes=100_000, ratio_floor_bytes=50_000))
    connection = http.client.HTTPConnection("127.0.0.1", served.door.http_port, timeout=20)
    chunked = (bytes(30_000) for _ in range(6))
    for body, headers in (
        (bytes(150_000), {}),
        (chunked, {}),
        (gzip.compress(bytes(150_000)), {"content_encoding": "gzip"}),
    ):
        status, _, answer = served.post("/v1/traces", body, connection=connection, **headers)
        assert status == 413
        assert status_pb2.Status.FromString(answer).code == 8
        assert served.post("/v1/traces", span_request(), connection=connection)[0] == 200
    connection.close()


def test_wrong_methods_paths_and_types_are_named_row_24(served):
    for media_type in ("", "text/plain"):
        status, headers, answer = served.post("/v1/traces", b"x", media_type)
        assert (status, headers["content-type"]) == (415, JSON)
        assert json.loads(answer)["message"]
    for method in ("GET", "PUT", "DELETE"):
        status, headers, answer = served.post("/v1/traces", b"", method=method)
        assert (status, headers["allow"]) == (405, "POST")
        assert status_pb2.Status.FromString(answer).message
    assert served.post("/v1/nothing", b"")[0] == 404


@pytest.mark.parametrize(("quota", "expected"), [(1_000, 503), (12_000, 429)])
def test_http_asks_for_patience_when_the_spool_fills_row_25(serve, quota, expected):
    served = serve(quota_bytes=quota, soft_mark_ratio=0.5)
    status, headers, answer = served.post("/v1/traces", span_request(150))
    assert status == expected
    assert re.fullmatch(r"[1-9]\d*", headers["retry-after"])
    assert detail(status_pb2.Status.FromString(answer), error_details_pb2.RetryInfo) is not None


def test_a_thousand_requests_on_one_connection_row_29(served):
    connection = http.client.HTTPConnection("127.0.0.1", served.door.http_port, timeout=20)
    for _ in range(1_000):
        assert served.post("/v1/traces", b"", connection=connection)[0] == 200
    connection.close()


def test_fifty_connections_at_once_are_all_answered_row_30(served):
    bodies = [span_request() for _ in range(50)]
    with ThreadPoolExecutor(50) as pool:
        assert {answer[0] for answer in pool.map(lambda body: served.post("/v1/traces", body), bodies)} == {200}
    assert sorted(served.stored()) == sorted(bodies)


def test_json_ids_are_hexadecimal_in_either_case_row_31(served):
    trace_id = os.urandom(16)
    for text in (trace_id.hex(), trace_id.hex().upper()):
        span = {"traceId": text, "spanId": os.urandom(8).hex()}
        body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})
        assert served.post("/v1/traces", body, JSON)[0] == 200
    stored = [ExportTraceServiceRequest.FromString(payload) for payload in served.stored()]
    assert [one.resource_spans[0].scope_spans[0].spans[0].trace_id for one in stored] == [trace_id] * 2


def test_invalid_spans_are_counted_and_the_rest_is_stored_row_39_row_42(served):
    good, bad = span_request(3), span_request(2, trace_id=b"short")
    answer = ExportTraceServiceResponse.FromString(served.export(good + bad))
    assert answer.partial_success.rejected_spans == 2
    assert answer.partial_success.error_message
    payload = served.stored()[0]
    spans = [
        span
        for resource in ExportTraceServiceRequest.FromString(payload).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert len(spans) == 3
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "5b8e", "spanId": "00"}]}]}]})
    partial = json.loads(served.post("/v1/traces", body, JSON)[2])["partialSuccess"]
    assert (partial["rejectedSpans"], bool(partial["errorMessage"])) == ("1", True)


def test_a_warning_refuses_nothing_row_40(served):
    span = {"traceId": os.urandom(16).hex(), "spanId": os.urandom(8).hex(), "kind": "SPAN_KIND_SERVER"}
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})
    status, _, answer = served.post("/v1/traces", body, JSON)
    partial = json.loads(answer)["partialSuccess"]
    assert (status, partial["rejectedSpans"]) == (200, "0")
    assert "names" in partial["errorMessage"]
    assert len(served.stored()) == 1
    span["kind"], span["spanId"] = 2, os.urandom(8).hex()
    body = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})
    assert json.loads(served.post("/v1/traces", body, JSON)[2]) == {}
    served.stored()


def test_data_points_are_what_is_counted_row_41(served):
    served.export(metric_request(points=7), Signal.METRICS)
    assert served.spool.wait_sealed(5)
    assert [segment.items for segment in served.spool.sealed()] == [7]
    served.stored()


def test_logs_with_invalid_ids_are_kept_row_42(served):
    body = log_request(trace_id=b"short", span_id=b"short too")
    assert served.export(body, Signal.LOGS) == b""
    assert served.stored(Signal.LOGS) == [body]


def test_the_same_bytes_again_are_stored_once_whatever_the_door_row_45(served):
    body = log_request()
    assert served.export(body, Signal.LOGS) == b""
    assert served.export(body, Signal.LOGS, compression=grpc.Compression.Gzip) == b""
    assert served.post("/v1/logs", gzip.compress(body), content_encoding="gzip")[0] == 200
    assert served.stored(Signal.LOGS) == [body]


@pytest.mark.parametrize(("depth", "expected"), [(30, 200), (60, 400)])
def test_nesting_is_limited_alike_in_protobuf_and_json_row_46(served, depth, expected):
    value = {"intValue": next(_number)}
    request = ExportLogsServiceRequest()
    body = request.resource_logs.add().scope_logs.add().log_records.add().body
    for _ in range(depth):
        value = {"arrayValue": {"values": [value]}}
        body = body.array_value.values.add()
    body.int_value = next(_number)
    text = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": value}]}]}]})
    assert served.post("/v1/logs", request.SerializeToString())[0] == expected
    assert served.post("/v1/logs", text, JSON)[0] == expected
    served.stored()


EVENT = {"specversion": "1.0", "source": "erp", "type": "po.approved", "time": "2026-11-22T08:00:00Z"}


def test_cloud_events_come_in_on_the_same_port_in_three_modes(served):
    batch = [EVENT | {"id": "2"}, EVENT | {"id": "3"}]
    binary = {f"ce_{name}": value for name, value in (EVENT | {"id": "4"}).items()}
    answers = [
        served.post("/v1/events", json.dumps(EVENT | {"id": "1"}), "application/cloudevents+json"),
        served.post("/v1/events", json.dumps(batch), "application/cloudevents-batch+json"),
        served.post("/v1/events", b'{"po_number": "45"}', JSON, **binary),
    ]
    assert [answer[0] for answer in answers] == [202] * 3
    rows = [row for payload in served.stored(Signal.EVENTS) for row in json.loads(payload)]
    assert [row["id"] for row in rows] == ["1", "2", "3", "4"]
    assert served.post("/v1/events", b"{}", "application/cloudevents+json")[0] == 400


@pytest.mark.parametrize(
    "head",
    [
        b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET " + b"x" * 100_000,
    ],
)
def test_ambiguous_http_is_closed_and_others_are_served_on(served, head):
    with socket.create_connection(("127.0.0.1", served.door.http_port), timeout=10) as raw:
        raw.sendall(head)
        answer = raw.recv(1_000)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert served.post("/v1/traces", b"")[0] == 200


def test_a_slow_sender_is_dropped(serve):
    served = serve(limits=LimitsConfig(read_timeout_s=0.2))
    with socket.create_connection(("127.0.0.1", served.door.http_port), timeout=10) as raw:
        raw.sendall(b"POST /v1/traces HTTP/1.1\r\nHost: x\r\n")
        assert raw.recv(100) == b""


def test_connections_beyond_the_limit_are_refused(serve):
    served = serve(limits=LimitsConfig(max_connections=2))
    held = [socket.create_connection(("127.0.0.1", served.door.http_port), timeout=10) for _ in range(2)]
    deadline_s = time.monotonic() + 10
    while len(served.door._http.connections) < 2 and time.monotonic() < deadline_s:
        time.sleep(0.01)
    with socket.create_connection(("127.0.0.1", served.door.http_port), timeout=10) as third:
        assert third.recv(10) == b""
    for one in held:
        one.close()


def test_expect_continue_is_answered(served):
    body = span_request()
    with socket.create_connection(("127.0.0.1", served.door.http_port), timeout=10) as raw:
        raw.sendall(
            b"POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
            b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        assert raw.recv(100).startswith(b"HTTP/1.1 100")
        raw.sendall(body)
        assert raw.recv(1_000).startswith(b"HTTP/1.1 200")
    assert served.stored() == [body]


def test_a_door_beyond_loopback_does_not_open_without_authentication(tmp_path):
    spool = Spool(SpoolConfig(path=tmp_path), SpoolKey(b"k" * 32), SystemClock())
    door = Door(CollectorConfig(host="0.0.0.0", grpc_port=0, http_port=0), spool, OpenDoor(), SystemClock())
    with pytest.raises(ConfigError, match="without authentication"):
        door.start()
