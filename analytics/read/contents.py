"""
The raw rows behind the evidence of one transaction: attributes, bodies, links.

Observations hold what correlation needs; the rest stays in the raw tables and is read for the one transaction on
the screen, by the keys of those tables: five minutes, service, time. Time alone would be no key, since the five
minutes lead it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from analytics.read.points import point_rows
from storage.store import Store

Row = dict[str, Any]
_MARGIN = timedelta(microseconds=1)
_BUCKET_MINUTES = 5


def span_contents(store: Store, spans: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """Return the raw span of each (trace id, span id); of copies the one that ends latest."""
    traces = sorted({span["trace_id"] for span in spans})
    rows = _rows(store, "span_contents", spans, {"traces": traces, "services": _services(spans)}) if traces else []
    rows.sort(key=lambda row: row["end_ns"])
    return {(row["trace_id"].hex(), row["span_id"].hex()): _shaped(row) for row in rows}


def _shaped(row: Row) -> Row:
    links = zip(row["links.trace_id"], row["links.span_id"], strict=True)
    return row | {
        "span_events": list(zip(row["events.time"], row["events.name"], row["events.attributes"], strict=True)),
        "links": [(trace.hex(), span.hex()) for trace, span in links],
    }


def event_contents(store: Store, events: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """Return the raw business event of each (source, id), of copies the latest."""
    ids = sorted({event["event_id"] for event in events})
    rows = _rows(store, "event_contents", events, {"ids": ids}) if ids else []
    rows.sort(key=lambda row: row["time"])
    return {(row["source"], row["id"]): row for row in rows}


def log_contents(store: Store, logs: Sequence[Row]) -> dict[str, Row]:
    """Return the raw log record of each content hash."""
    hashes = sorted({int(log["event_id"]) for log in logs if log["event_id"].isdigit()})
    rows = _rows(store, "log_contents", logs, {"hashes": hashes, "services": _services(logs)}) if hashes else []
    return {str(row["content_hash"]): row for row in rows}


def _services(evidence: Sequence[Row]) -> list[str]:
    return sorted({row["service"] for row in evidence})


def _rows(store: Store, name: str, evidence: Sequence[Row], params: dict[str, Any]) -> list[Row]:
    times: list[datetime] = [row["at"] for row in evidence]
    buckets = {_bucket(time): time for time in times}
    span = {"since": min(times) - _MARGIN, "until": max(times) + _MARGIN, "times": sorted(buckets.values())}
    return point_rows(store, name, params | span)


def _bucket(time: datetime) -> datetime:
    return time.replace(minute=time.minute - time.minute % _BUCKET_MINUTES, second=0, microsecond=0)
