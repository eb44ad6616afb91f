"""
Wayline's own traces: what a flush, a tick, a round of alerting or a request took, recorded when it is over.

Nothing is recorded until `configure` names a tracer, so a disabled trace costs one comparison. A span is made from its
times after the work: there is no current span, so nothing of Wayline's leaks into what it receives or sends.
"""

import threading
from collections.abc import Mapping

from opentelemetry.context import Context
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer
from opentelemetry.util.types import AttributeValue

SERVICE = "wayline"
"""``service.name`` of Wayline's own telemetry; correlation leaves it out."""


class SelfTraces:
    """Where spans go, and how much of what is stored is Wayline's own."""

    def __init__(self) -> None:
        self._tracer: Tracer | None = None
        self._lock = threading.Lock()
        self._own_items = 0

    def configure(self, tracer: Tracer | None) -> None:
        """Record with *tracer* from now on; None records nothing."""
        self._tracer = tracer
        self._own_items = 0

    def record(
        self,
        name: str,
        start_ns: int,
        end_ns: int,
        attributes: Mapping[str, AttributeValue],
        *,
        kind: SpanKind = SpanKind.INTERNAL,
        error: str = "",
    ) -> None:
        """
        Record work that is over.

        Args:
            name: What it was; never made of telemetry.
            start_ns: Unix nanoseconds.
            end_ns: Unix nanoseconds.
            attributes: Counts and names of ours; never values of telemetry.
            kind: Role of the span.
            error: Class of the failure; empty when it went well.
        """
        tracer = self._tracer
        if tracer is None:
            return
        span = tracer.start_span(name, context=Context(), kind=kind, attributes=attributes, start_time=start_ns)
        if error:
            span.set_attribute("error.type", error)
            span.set_status(Status(StatusCode.ERROR))
        span.end(end_ns)

    def note_sent(self, items: int) -> None:
        """Count spans of Wayline's own on their way into the store."""
        with self._lock:
            self._own_items += items

    def takes_own_only(self, items: int) -> bool:
        """
        Whether a flush of *items* spans holds nothing but Wayline's own, and is therefore not worth a span.

        Else each flush of a span about a flush would make the next one, for ever.
        """
        if self._tracer is None:
            return False
        with self._lock:
            own_only = items <= self._own_items
            self._own_items = max(0, self._own_items - items)
            return own_only


SELF_TRACES = SelfTraces()
