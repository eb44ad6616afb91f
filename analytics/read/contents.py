"""
The raw rows behind the evidence of one transaction: attributes, bodies, links.

Observations hold what correlation needs; the rest stays in the raw tables and is read for the one transaction on
the screen, pruned by time and by the tables' bloom filters.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from storage.sqlfiles import load_sql
from storage.store import Store

Row = dict[str, Any]
_MARGIN = timedelta(microseconds=1)


def span_contents(store: Store, spans: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """Return the raw span of each (trace id, span id)."""
    traces = sorted({span["trace_id"] for span in spans})
    rows = _rows(store, "span_contents", spans, {"traces": traces}) if traces else []
    return {(row["trace"], row["span"]): row for row in rows}


def event_contents(store: Store, events: Sequence[Row]) -> dict[tuple[str, str], Row]:
    """Return the raw business event of each (source, id)."""
    ids = sorted({event["event_id"] for event in events})
    rows = _rows(store, "event_contents", events, {"ids": ids}) if ids else []
    return {(row["source"], row["id"]): row for row in rows}


def log_contents(store: Store, logs: Sequence[Row]) -> dict[str, Row]:
    """Return the raw log record of each content hash."""
    hashes = sorted({int(log["event_id"]) for log in logs if log["event_id"].isdigit()})
    rows = _rows(store, "log_contents", logs, {"hashes": hashes}) if hashes else []
    return {str(row["content_hash"]): row for row in rows}


def _rows(store: Store, name: str, evidence: Sequence[Row], params: dict[str, Any]) -> list[Row]:
    times: list[datetime] = [row["at"] for row in evidence]
    span = {"since": min(times) - _MARGIN, "until": max(times) + _MARGIN}
    return store.rows(load_sql("analytics.read", f"sql/{name}"), params | span)
