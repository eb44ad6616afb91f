"""What OTLP 1.11 names for each signal: services, paths, messages."""

from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2

from collector.signals import Signal


@dataclass(frozen=True)
class OtlpService:
    """
    One of the OTLP services.

    Attributes:
        signal: Kind of telemetry it takes.
        grpc_service: Full name of the gRPC service; its only method is ``Export``.
        http_path: Path of the HTTP endpoint.
        request: Message class of a request.
        response: Message class of an answer.
        rejected_field: Field of ``partial_success`` that counts refused items.
        rejected_json: The same in JSON.
    """

    signal: Signal
    grpc_service: str
    http_path: str
    request: Any
    response: Any
    rejected_field: str
    rejected_json: str

    def partial_success(self, rejected: int, message: str) -> bytes:
        """Return a serialized answer that says how many items were refused and why; empty without *message*."""
        if not message:
            return b""
        answer = self.response()
        setattr(answer.partial_success, self.rejected_field, rejected)
        answer.partial_success.error_message = message
        serialized: bytes = answer.SerializeToString()
        return serialized


TRACES = OtlpService(
    Signal.TRACES,
    "opentelemetry.proto.collector.trace.v1.TraceService",
    "/v1/traces",
    trace_service_pb2.ExportTraceServiceRequest,
    trace_service_pb2.ExportTraceServiceResponse,
    "rejected_spans",
    "rejectedSpans",
)
LOGS = OtlpService(
    Signal.LOGS,
    "opentelemetry.proto.collector.logs.v1.LogsService",
    "/v1/logs",
    logs_service_pb2.ExportLogsServiceRequest,
    logs_service_pb2.ExportLogsServiceResponse,
    "rejected_log_records",
    "rejectedLogRecords",
)
METRICS = OtlpService(
    Signal.METRICS,
    "opentelemetry.proto.collector.metrics.v1.MetricsService",
    "/v1/metrics",
    metrics_service_pb2.ExportMetricsServiceRequest,
    metrics_service_pb2.ExportMetricsServiceResponse,
    "rejected_data_points",
    "rejectedDataPoints",
)
SERVICES = {service.signal: service for service in (TRACES, LOGS, METRICS)}
