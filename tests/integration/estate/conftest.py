"""A small OTLP/gRPC and CloudEvents receiver that keeps what it is sent and can refuse at first."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import grpc
import orjson
import pytest
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc


@dataclass
class Received:
    """Everything acknowledged, and how many requests are refused before."""

    endpoint: str = ""
    events_url: str = ""
    refusals: int = 0
    traces: list[trace_service_pb2.ExportTraceServiceRequest] = field(default_factory=list)
    logs: list[logs_service_pb2.ExportLogsServiceRequest] = field(default_factory=list)
    metrics: list[metrics_service_pb2.ExportMetricsServiceRequest] = field(default_factory=list)
    events: list[dict] = field(default_factory=list)
    content_types: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def refuses(self) -> bool:
        with self.lock:
            self.refusals -= 1
            return self.refusals >= 0

    def spans(self):
        return [
            (
                {attribute.key: attribute.value.string_value for attribute in resource.resource.attributes},
                span,
            )
            for request in self.traces
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


class _Service(
    trace_service_pb2_grpc.TraceServiceServicer,
    logs_service_pb2_grpc.LogsServiceServicer,
    metrics_service_pb2_grpc.MetricsServiceServicer,
):
    def __init__(self, received: Received, kept: list, answer: type) -> None:
        self._received = received
        self._kept = kept
        self._answer = answer

    def Export(self, request, context):  # noqa: N802  # the name is in the service definition
        if self._received.refuses():
            context.abort(grpc.StatusCode.UNAVAILABLE, "not yet")
        self._kept.append(request)
        return self._answer()


def _handler(received: Received) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            refused = received.refuses()
            self.send_response(503 if refused else 202)
            self.send_header("content-length", "0")
            self.end_headers()
            if refused:
                return
            content_type = self.headers["content-type"]
            received.content_types.append(content_type)
            if content_type == "application/cloudevents-batch+json":
                received.events += orjson.loads(body)
            elif content_type == "application/cloudevents+json":
                received.events.append(orjson.loads(body))
            else:
                said = {key[3:]: value for key, value in self.headers.items() if key.startswith("ce-")}
                received.events.append({**said, "data": orjson.loads(body)})

        def log_message(self, *_: object) -> None:
            """Keep the test output clean."""

    return Handler


@pytest.fixture
def received() -> Iterator[Received]:
    kept = Received()
    server = grpc.server(ThreadPoolExecutor(4))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(
        _Service(kept, kept.traces, trace_service_pb2.ExportTraceServiceResponse), server
    )
    logs_service_pb2_grpc.add_LogsServiceServicer_to_server(
        _Service(kept, kept.logs, logs_service_pb2.ExportLogsServiceResponse), server
    )
    metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(
        _Service(kept, kept.metrics, metrics_service_pb2.ExportMetricsServiceResponse), server
    )
    kept.endpoint = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(kept))
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    kept.events_url = f"http://127.0.0.1:{http.server_port}"
    yield kept
    http.shutdown()
    http.server_close()
    thread.join()
    server.stop(None).wait()
