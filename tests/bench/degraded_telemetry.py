"""
An OTLP/gRPC relay that harms what it forwards the way real estates do: lost spans, sampled traces, a system that sends
no spans, clocks that disagree.
"""

import random
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import grpc
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

_TRACES = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
_LOGS = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"


@dataclass(frozen=True)
class Harm:
    """
    What is done to telemetry.

    Attributes:
        dropped_ratio: Spans lost, each for itself.
        sampled_ratio: Traces kept, whole or not at all.
        silent_service: Sends no spans.
        skew_s: Each service's clock is off by a fixed time of at most this many seconds.
    """

    dropped_ratio: float = 0.0
    sampled_ratio: float = 1.0
    silent_service: str = ""
    skew_s: float = 0.0

    def keeps(self, service: str, trace_id: bytes, span_id: bytes) -> bool:
        """Whether a span is forwarded; the same for every copy of it."""
        if service == self.silent_service:
            return False
        return _share(span_id) >= self.dropped_ratio and _share(trace_id) < self.sampled_ratio

    def shift_ns(self, service: str) -> int:
        """Return what the clock of *service* is off by."""
        return round(random.Random(service).uniform(-self.skew_s, self.skew_s) * 1e9)


def _share(identity: bytes) -> float:
    return zlib.crc32(identity) / 2**32


def _service(group: Any) -> str:
    return next((each.value.string_value for each in group.resource.attributes if each.key == "service.name"), "")


def harmed_traces(payload: bytes, harm: Harm) -> bytes:
    """Return an export request of traces after *harm*."""
    request = ExportTraceServiceRequest.FromString(payload)
    for group in request.resource_spans:
        service = _service(group)
        shift_ns = harm.shift_ns(service)
        for scope in group.scope_spans:
            kept = [span for span in scope.spans if harm.keeps(service, span.trace_id, span.span_id)]
            del scope.spans[:]
            for span in kept:
                span.start_time_unix_nano += shift_ns
                span.end_time_unix_nano += shift_ns
            scope.spans.extend(kept)
    return request.SerializeToString()


def harmed_logs(payload: bytes, harm: Harm) -> bytes:
    """Return an export request of logs after *harm*."""
    request = ExportLogsServiceRequest.FromString(payload)
    for group in request.resource_logs:
        shift_ns = harm.shift_ns(_service(group))
        for scope in group.scope_logs:
            for record in scope.log_records:
                record.time_unix_nano += shift_ns
    return request.SerializeToString()


class Relay(grpc.GenericRpcHandler):
    """Forwards harmed requests to *target* and hands its answers back; `start` returns the address to send to."""

    def __init__(self, target: str, harm: Harm) -> None:
        channel = grpc.insecure_channel(target)
        self._calls = {path: channel.unary_unary(path) for path in (_TRACES, _LOGS)}
        self._harm = harm
        self._server = grpc.server(ThreadPoolExecutor(4), handlers=[self])

    def start(self) -> str:
        """Listen on a free port."""
        port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        return f"127.0.0.1:{port}"

    def stop(self) -> None:
        """Stop at once."""
        self._server.stop(None)

    def service(self, details: Any) -> Any:
        """Return the handler of a call; other signals are not implemented."""
        call = self._calls.get(details.method)
        if call is None:
            return None
        harmed = harmed_traces if details.method == _TRACES else harmed_logs

        def forward(payload: bytes, context: grpc.ServicerContext) -> bytes:
            try:
                return call(harmed(payload, self._harm), timeout=10)
            except grpc.RpcError as error:
                context.abort(error.code(), error.details())

        return grpc.unary_unary_rpc_method_handler(forward)
