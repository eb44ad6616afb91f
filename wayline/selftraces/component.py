"""Sampler, exporter and life of Wayline's own traces."""

import time
from collections.abc import Callable, Sequence

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.metrics import NoOpMeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult, TraceIdRatioBased
from opentelemetry.trace import Link, SpanKind, TraceState
from opentelemetry.util.types import Attributes

from core.component import Health
from core.errors import WaylineError
from core.selftraces import SELF_TRACES, SERVICE
from wayline.selftraces.config import SelfTracesConfig

_QUEUE = 2_048
_BATCH = 512
_NO_METERS = NoOpMeterProvider()
_S_PER_MINUTE = 60.0


class BoundedSampler(Sampler):
    """
    A ratio, and a bucket of spans that fills by the minute.

    Args:
        ratio: Part that is kept.
        per_minute: Most spans a minute over any longer time.
        now_s: Monotonic seconds.
    """

    def __init__(self, ratio: float, per_minute: int, now_s: Callable[[], float] = time.monotonic) -> None:
        self._ratio = TraceIdRatioBased(ratio)
        self._per_minute = per_minute
        self._now_s = now_s
        self._left = float(per_minute)
        self._seen_s = now_s()

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes | None = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Keep a span when the ratio says so and the bucket holds one."""
        now_s = self._now_s()
        gained = (now_s - self._seen_s) * self._per_minute / _S_PER_MINUTE
        self._left, self._seen_s = min(float(self._per_minute), self._left + gained), now_s
        if self._left < 1:
            return SamplingResult(Decision.DROP)
        found = self._ratio.should_sample(parent_context, trace_id, name, kind, attributes, links, trace_state)
        if found.decision is not Decision.DROP:
            self._left -= 1
        return found

    def get_description(self) -> str:
        """Return its name."""
        return "WaylineBoundedSampler"


class IntoSelf(SpanExporter):
    """
    Puts spans into the spool directly: no door, no request, nothing that could be traced again.

    Args:
        take: Takes a serialized ExportTraceServiceRequest and its number of spans.
    """

    def __init__(self, take: Callable[[bytes, int], None]) -> None:
        self._take = take

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Export; what there is no room for is dropped, since the telemetry of others goes first."""
        SELF_TRACES.note_sent(len(spans))
        try:
            self._take(encode_spans(spans).SerializeToString(), len(spans))
        except WaylineError:
            SELF_TRACES.takes_own_only(len(spans))
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS


class SelfTracing:
    """
    The component.

    Args:
        config: Whether, and how many.
        version: Of Wayline.
        take: As `IntoSelf`.
    """

    def __init__(self, config: SelfTracesConfig, version: str, take: Callable[[bytes, int], None]) -> None:
        self._config = config
        self._version = version
        self._take = take
        self._provider: TracerProvider | None = None

    def start(self) -> None:
        """Begin to record."""
        if not self._config.enabled:
            return
        resource = Resource.create({"service.name": SERVICE, "service.version": self._version})
        sampler = BoundedSampler(self._config.sample_ratio, self._config.max_spans_per_minute)
        self._provider = TracerProvider(sampler, resource, shutdown_on_exit=False, meter_provider=_NO_METERS)
        self._provider.add_span_processor(
            BatchSpanProcessor(
                IntoSelf(self._take), _QUEUE, self._config.export_every_s * 1_000, _BATCH, meter_provider=_NO_METERS
            )
        )
        SELF_TRACES.configure(self._provider.get_tracer(SERVICE, self._version))

    def stop(self, timeout_s: float) -> None:  # noqa: ARG002  # the SDK's shutdown has a timeout of its own
        """Export what is there, and record nothing more."""
        SELF_TRACES.configure(None)
        if self._provider is not None:
            self._provider.shutdown()
            self._provider = None

    def health(self) -> list[Health]:
        """Return nothing: without its own traces Wayline does all its work."""
        return []
