"""What a simulated service will send, as plain values with the moment of sending; nothing here knows the SDK."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum

from opentelemetry.trace import SpanKind

AttributeValue = str | int | float | bool
Attributes = dict[str, AttributeValue]

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000


class Severity(IntEnum):
    """Log severities in use, by their OTLP numbers."""

    INFO = 9
    WARN = 13
    ERROR = 17


@dataclass(frozen=True, slots=True)
class SpanRef:
    """The identity of a span: 128-bit trace id and 64-bit span id, both non-zero."""

    trace_id: int
    span_id: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a span ended in error, in the words a real client library would use."""

    error_type: str
    message: str


@dataclass(slots=True, kw_only=True)
class SpanItem:
    """
    One span of one service.

    Attributes:
        send_at_ns: When its service ends it and hands it to the exporter; at or after *end_ns* unless late.
    """

    service: str
    name: str
    kind: SpanKind
    ref: SpanRef
    parent: SpanRef | None
    start_ns: int
    end_ns: int
    attributes: Attributes
    links: tuple[SpanRef, ...] = ()
    failure: Failure | None = None
    send_at_ns: int = 0


@dataclass(slots=True, kw_only=True)
class LogItem:
    """One log record of one service, in the context of *span* when it has one."""

    service: str
    at_ns: int
    severity: Severity
    body: str
    attributes: Attributes
    span: SpanRef | None = None
    send_at_ns: int = 0


@dataclass(slots=True, kw_only=True)
class EventItem:
    """One CloudEvent of a system that knows only business keys."""

    source: str
    id: str
    type: str
    subject: str
    at_ns: int
    extensions: dict[str, str]
    data: dict[str, object] = field(default_factory=dict)
    send_at_ns: int = 0

    def as_cloudevent(self, time_text: str) -> Mapping[str, object]:
        """Return the structured-mode JSON object (CloudEvents 1.0), *time_text* being RFC 3339."""
        return {
            "specversion": "1.0",
            "source": self.source,
            "id": self.id,
            "type": self.type,
            "subject": self.subject,
            "time": time_text,
            "datacontenttype": "application/json",
            **self.extensions,
            "data": self.data,
        }


Item = SpanItem | LogItem | EventItem


def shifted(item: Item, shift_ns: int) -> Item:
    """Return *item* as if it had happened *shift_ns* later; what is sent when stays as it is."""
    if isinstance(item, SpanItem):
        return replace(item, start_ns=item.start_ns + shift_ns, end_ns=item.end_ns + shift_ns)
    return replace(item, at_ns=item.at_ns + shift_ns)
