"""
The raw rows behind the evidence of one transaction: attributes, bodies, links.

Observations hold what correlation needs; the rest stays in the raw tables and is read for the one transaction on
the screen, by the keys of those tables: five minutes, service, time. Time alone would be no key, since the five
minutes lead it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.read.points import point_rows
from storage.store import Store

Row = dict[str, Any]
_BUCKET_S = 300
_NS_PER_S = 1_000_000_000
_LAST_SECOND = 2**32 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AT_ONCE = 2_000
"""Pieces that one statement asks for: their times are part of its address where the store is remote."""


def span_contents(store: Store, spans: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """Return the raw span of each (trace id, span id); of copies the one that ends latest."""
    rows = [
        row for some in _portions(spans) for row in point_rows(store, "span_contents", _times(some) | _places(some))
    ]
    rows.sort(key=lambda row: row["time"] + timedelta(microseconds=row["duration_ns"] // 1_000))
    return {(row["trace_id"].hex(), row["span_id"].hex()): _shaped(row) for row in rows}


def _shaped(row: Row) -> Row:
    parts = ("links.trace_id", "links.span_id", "links.trace_state", "links.attributes")
    links = zip(*(row[part] for part in parts), strict=True)
    return row | {
        "span_events": list(zip(row["events.time"], row["events.name"], row["events.attributes"], strict=True)),
        "links": [(trace.hex(), span.hex(), state, attributes) for trace, span, state, attributes in links],
    }


def event_contents(store: Store, events: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """Return the raw business event of each (source, id), of copies the latest."""
    rows = []
    for some in _portions(events):
        ids = {"ids": sorted({event["event_id"] for event in some})}
        buckets = {"buckets": sorted({_bucket(event) for event in some})}
        rows += point_rows(store, "event_contents", _times(some) | buckets | ids)
    rows.sort(key=lambda row: row["time"])
    return {(row["source"], row["id"]): row for row in rows}


def log_contents(store: Store, logs: Sequence[Row]) -> dict[str, Row]:
    """Return the raw log record of each content hash."""
    rows = []
    for some in _portions([log for log in logs if log["event_id"].isdigit()]):
        hashes = {"hashes": sorted({int(log["event_id"]) for log in some})}
        rows += point_rows(store, "log_contents", _times(some) | _places(some) | hashes)
    return {str(row["content_hash"]): row for row in rows}


def _portions(evidence: Sequence[Row]) -> list[Sequence[Row]]:
    return [evidence[start : start + _AT_ONCE] for start in range(0, len(evidence), _AT_ONCE)]


def _times(evidence: Sequence[Row]) -> dict[str, Any]:
    return {"times": sorted({_text(row["at_ns"]) for row in evidence})}


def _places(evidence: Sequence[Row]) -> dict[str, Any]:
    return {"places": sorted({(_bucket(row), row["service"]) for row in evidence})}


def _bucket(row: Row) -> datetime:
    """Return the five minutes as the engine keeps them: what its range does not hold stands at either end of it."""
    second = row["at_ns"] // _NS_PER_S // _BUCKET_S * _BUCKET_S
    return _EPOCH + timedelta(seconds=min(max(second, 0), _LAST_SECOND))


def _text(unix_ns: int) -> str:
    """Return a moment as the engine reads it; a datetime would lose what is finer than a microsecond."""
    moment = _EPOCH + timedelta(seconds=unix_ns // _NS_PER_S)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{unix_ns % _NS_PER_S:09}"
