"""Raw evidence as the collector stores it, written without one: spans, logs and events of one segment each."""

import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from storage.store import Store

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
_SEGMENTS = itertools.count(1)


def trace_id(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:16]


def span_id(name: str) -> bytes:
    return hashlib.sha256(b"span" + name.encode()).digest()[:8]


@dataclass(frozen=True)
class Span:
    """Times are seconds after START; ids are names."""

    trace: str
    id: str
    at: float = 0.0
    lasts: float = 0.01
    parent: str = ""
    name: str = "work"
    kind: int = 1
    service: str = "svc"
    error: bool = False
    attributes: dict[str, str] = field(default_factory=dict)
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Log:
    body: str
    at: float = 0.0
    trace: str = ""
    id: str = ""
    service: str = "svc"
    severity: int = 9
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    id: str
    at: float = 0.0
    source: str = "/src"
    type: str = "happened"
    correlation: str = ""
    flow: str = ""
    milestone: str = ""
    outcome: str = ""
    system: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    parent: tuple[str, str] = ("", "")


def moment(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def _span_row(item: Span, segment: int, received: datetime) -> dict[str, Any]:
    return {
        "segment_id": segment,
        "received_at": received,
        "time": moment(item.at),
        "duration_ns": round(item.lasts * 1e9),
        "trace_id": trace_id(item.trace),
        "span_id": span_id(item.trace + item.id),
        "parent_span_id": span_id(item.trace + item.parent) if item.parent else bytes(8),
        "name": item.name,
        "kind": item.kind,
        "service": item.service,
        "status_code": 2 if item.error else 0,
        "attributes": item.attributes,
        "links.trace_id": [trace_id(trace) for trace, _ in item.links],
        "links.span_id": [span_id(trace + span) for trace, span in item.links],
    }


def _log_row(item: Log, segment: int, received: datetime) -> dict[str, Any]:
    return {
        "segment_id": segment,
        "received_at": received,
        "time": moment(item.at),
        "observed_time": moment(item.at),
        "trace_id": trace_id(item.trace) if item.trace else bytes(16),
        "span_id": span_id(item.trace + item.id) if item.id else bytes(8),
        "severity_number": item.severity,
        "service": item.service,
        "body": item.body,
        "attributes": item.attributes,
        "content_hash": int.from_bytes(hashlib.sha256(repr(item).encode()).digest()[:8], "little"),
    }


def _event_row(item: Event, segment: int, received: datetime) -> dict[str, Any]:
    return {
        "segment_id": segment,
        "received_at": received,
        "time": moment(item.at),
        "source": item.source,
        "id": item.id,
        "type": item.type,
        "correlation_id": item.correlation,
        "flow": item.flow,
        "milestone": item.milestone,
        "outcome": item.outcome,
        "system": item.system,
        "attributes": item.attributes,
        "parent_type": item.parent[0],
        "parent_id": item.parent[1],
    }


_KINDS = (
    (Span, "spans", "traces", _span_row),
    (Log, "logs", "logs", _log_row),
    (Event, "events", "events", _event_row),
)


def deliver(
    store: Store, *items: Span | Log | Event, received: datetime | None = None, stored: datetime | None = None
) -> None:
    """Store *items*, one segment a signal, and enter the segments in the ledger as of *stored*, else as the latest."""
    when = received or max((moment(item.at) for item in items), default=START)
    for kind, table, signal, to_row in _KINDS:
        segment = next(_SEGMENTS)
        rows = [to_row(item, segment, when) for item in items if isinstance(item, kind)]
        if not rows:
            continue
        store.insert(table, list(rows[0]), [list(row.values()) for row in rows])
        times = [row["time"] for row in rows]
        # grows with the order of storing, whatever the event times
        entered = stored or START + timedelta(milliseconds=segment)
        store.insert(
            "ingest_ledger",
            ["segment_id", "source", "signal", "rows", "bytes", "min_time", "max_time", "received_at", "stored_at"],
            [[segment, "test", signal, len(rows), 0, min(times), max(times), when, entered]],
        )
