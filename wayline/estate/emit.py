"""
Sending through the real OpenTelemetry SDK: one provider per service, one batch processor and exporter for all.

The SDK's own seams are used and nothing else: explicit start and end times, an id generator that hands out the ids
of the plan, and exporters wrapped so that a refused batch is tried again instead of being dropped.
"""

import logging
import time
from collections.abc import Sequence

from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk._logs import LoggerProvider, ReadableLogRecord
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import Link, Status, StatusCode

from wayline.estate.queues import remote_context
from wayline.estate.telemetry import LogItem, SpanItem, SpanRef

_SCOPE = "wayline.estate"
_VERSION = "1.0"
_FLUSH_EVERY = 2_000
_QUEUE_SIZE = 4 * _FLUSH_EVERY
_BATCH_SIZE = 512
_SCHEDULE_DELAY_MS = 200
_RPC_TIMEOUT_S = 10.0
_PAUSE_S = 0.5
_NO_METERS = NoOpMeterProvider()


class PlannedIds(IdGenerator):
    """Hands the SDK the ids that the plan gave to the next span."""

    def __init__(self) -> None:
        self.next = SpanRef(1, 1)

    def generate_trace_id(self) -> int:
        """Return the trace id of the next span."""
        return self.next.trace_id

    def generate_span_id(self) -> int:
        """Return the span id of the next span."""
        return self.next.span_id

    def is_trace_id_random(self) -> bool:
        """Planned ids are uniformly random over their 128 bits."""
        return True


class PatientSpanExporter(SpanExporter):
    """Exports spans again until they are acknowledged or *give_up_s* seconds have passed; counts the lost."""

    def __init__(self, inner: SpanExporter, give_up_s: float) -> None:
        self._inner = inner
        self._give_up_s = give_up_s
        self.lost = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export *spans*; the same batch is sent again after a failure."""
        until = time.monotonic() + self._give_up_s
        while (result := self._inner.export(spans)) is not SpanExportResult.SUCCESS and time.monotonic() < until:
            time.sleep(_PAUSE_S)
        self.lost += 0 if result is SpanExportResult.SUCCESS else len(spans)
        return result

    def shutdown(self) -> None:
        """Close the channel."""
        self._inner.shutdown()


class PatientLogExporter(LogRecordExporter):
    """The same for log records."""

    def __init__(self, inner: LogRecordExporter, give_up_s: float) -> None:
        self._inner = inner
        self._give_up_s = give_up_s
        self.lost = 0

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        """Export *batch*; the same batch is sent again after a failure."""
        until = time.monotonic() + self._give_up_s
        while (result := self._inner.export(batch)) is not LogRecordExportResult.SUCCESS and time.monotonic() < until:
            time.sleep(_PAUSE_S)
        self.lost += 0 if result is LogRecordExportResult.SUCCESS else len(batch)
        return result

    def shutdown(self) -> None:
        """Close the channel."""
        self._inner.shutdown()  # type: ignore[no-untyped-call]  # the SDK leaves it unannotated

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is held here."""
        return self._inner.force_flush(timeout_millis)


class TelemetrySender:
    """
    Sends spans and log records as their services would.

    Args:
        endpoint: ``host:port`` of OTLP/gRPC.
        give_up_s: How long a batch is tried before it counts as lost.
        token: Token to show; empty shows none.
    """

    def __init__(self, endpoint: str, give_up_s: float, token: str = "") -> None:
        logging.getLogger("opentelemetry.exporter").setLevel(logging.CRITICAL)
        timeout_s = min(_RPC_TIMEOUT_S, give_up_s)
        self._ids = PlannedIds()
        headers = {"authorization": f"Bearer {token}"} if token else None
        self._span_exporter = PatientSpanExporter(
            OTLPSpanExporter(endpoint=endpoint, insecure=True, headers=headers, timeout=timeout_s), give_up_s
        )
        self._log_exporter = PatientLogExporter(
            OTLPLogExporter(endpoint=endpoint, insecure=True, headers=headers, timeout=timeout_s), give_up_s
        )
        self._spans = BatchSpanProcessor(
            self._span_exporter, _QUEUE_SIZE, _SCHEDULE_DELAY_MS, _BATCH_SIZE, meter_provider=_NO_METERS
        )
        self._logs = BatchLogRecordProcessor(
            self._log_exporter, _SCHEDULE_DELAY_MS, _BATCH_SIZE, max_queue_size=_QUEUE_SIZE, meter_provider=_NO_METERS
        )
        self._tracers: dict[str, trace.Tracer] = {}
        self._loggers: dict[str, LoggerProvider] = {}
        self._since_flush = 0

    @property
    def lost(self) -> int:
        """Spans and log records that were never acknowledged."""
        return self._span_exporter.lost + self._log_exporter.lost

    def send_span(self, item: SpanItem) -> None:
        """Start and end the span that *item* plans, at its own times and with its own ids."""
        self._ids.next = item.ref
        span = self._tracer(item.service).start_span(
            item.name,
            context=_context(item.parent),
            kind=item.kind,
            attributes=item.attributes,
            links=[Link(remote_context(ref)) for ref in item.links],
            start_time=item.start_ns,
        )
        if item.failure:
            if item.failure.error_type != "StepFailed":
                attributes = {"exception.type": item.failure.error_type, "exception.message": item.failure.message}
                span.add_event("exception", attributes, timestamp=item.end_ns)
            span.set_status(Status(StatusCode.ERROR, item.failure.message))
        span.end(item.end_ns)
        self._count()

    def send_log(self, item: LogItem) -> None:
        """Emit the log record that *item* plans, in the context of its span."""
        self._logger(item.service).get_logger(_SCOPE, _VERSION).emit(
            LogRecord(
                timestamp=item.at_ns,
                observed_timestamp=item.at_ns,
                context=_context(item.span),
                severity_text=item.severity.name,
                severity_number=SeverityNumber(item.severity.value),
                body=item.body,
                attributes=item.attributes,
            )
        )
        self._count()

    def flush(self) -> None:
        """Hand everything over; returns when it is acknowledged or lost."""
        self._spans.force_flush()
        self._logs.force_flush()
        self._since_flush = 0

    def close(self) -> None:
        """Flush, then stop the processors' threads and close the channels."""
        self.flush()
        self._spans.shutdown()  # type: ignore[no-untyped-call]  # the SDK leaves both unannotated
        self._logs.shutdown()  # type: ignore[no-untyped-call]

    def _count(self) -> None:
        # The SDK's queue drops when it is full, so it is emptied well before.
        self._since_flush += 1
        if self._since_flush >= _FLUSH_EVERY:
            self.flush()

    def _tracer(self, service: str) -> trace.Tracer:
        if service not in self._tracers:
            provider = TracerProvider(
                sampler=ALWAYS_ON,
                resource=resource_of(service),
                shutdown_on_exit=False,
                id_generator=self._ids,
                meter_provider=_NO_METERS,
            )
            provider.add_span_processor(self._spans)
            self._tracers[service] = provider.get_tracer(_SCOPE, _VERSION)
        return self._tracers[service]

    def _logger(self, service: str) -> LoggerProvider:
        if service not in self._loggers:
            provider = LoggerProvider(resource=resource_of(service), shutdown_on_exit=False, meter_provider=_NO_METERS)
            provider.add_log_record_processor(self._logs)
            self._loggers[service] = provider
        return self._loggers[service]


def resource_of(service: str) -> Resource:
    """Return the resource of one simulated process."""
    return Resource.create(
        {
            "service.name": service,
            "service.namespace": "hospital-group",
            "service.version": "2026.11",
            "service.instance.id": f"{service}-0",
            "host.name": f"{service}-01",
            "deployment.environment.name": "production",
        }
    )


def _context(ref: SpanRef | None) -> Context:
    # An empty context, not None: None would mean the caller's own current span.
    if ref is None:
        return Context()
    return trace.set_span_in_context(trace.NonRecordingSpan(remote_context(ref)), Context())
