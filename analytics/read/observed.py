"""
The observations of one transaction, read by key as they are stored and sorted out here.

Telling copies apart, cutting out parts and ordering in SQL costs more to plan than ten rows cost to handle; only where
there is more evidence than is shown does the engine choose.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.read.points import latest, point_rows
from storage.sqlfiles import load_sql
from storage.store import Store

Row = dict[str, Any]
MAX_EVIDENCE = 10_000
KINDS = ("span", "event", "log")
# Read as they stand; there may be copies among them.
_MAX_READ = 2 * len(KINDS) * MAX_EVIDENCE
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Observed:
    """
    What is known of one transaction.

    Attributes:
        spans: In order of time, one more than `MAX_EVIDENCE` at most.
        events: Likewise.
        logs: Likewise.
        version: That of the transaction which has them; 0 for none.
    """

    spans: list[Row]
    events: list[Row]
    logs: list[Row]
    version: int


def units_of(store: Store, transaction_id: str) -> list[Row]:
    """Return ``{"unit_id", "observation_ids", "version"}`` of each unit of the transaction."""
    return latest(point_rows(store, "units_of", {"id": transaction_id}), "unit_id")


def observed(store: Store, transaction_id: str, units: Sequence[Row]) -> Observed:
    """Return the evidence of a transaction that has *units*."""
    if not units:
        return Observed([], [], [], 0)
    rows = point_rows(store, "evidence", {"units": [unit["unit_id"] for unit in units], "rows": _MAX_READ})
    if len(rows) >= _MAX_READ:
        rows = store.rows(
            load_sql("analytics.read", "sql/evidence_first"), {"id": transaction_id, "rows": MAX_EVIDENCE + 1}
        )
    found: defaultdict[str, list[Row]] = defaultdict(list)
    shaped = (_shaped(row) for row in _own(rows, units))
    for row in sorted(shaped, key=lambda row: (row["at_ns"], row["span_id"], row["event_id"])):
        found[row["kind"]].append(row)
    spans, events, logs = (found[kind][: MAX_EVIDENCE + 1] for kind in KINDS)
    return Observed(spans, events, logs, max(unit["version"] for unit in units))


def _own(rows: Iterable[Row], units: Sequence[Row]) -> Iterable[Row]:
    """Return the observations of the transaction, of copies the one that ends latest, then the greater hash."""
    parts = {unit["unit_id"]: set(unit["observation_ids"]) for unit in units if unit["observation_ids"]}
    copies: dict[tuple[int, int], Row] = {}
    for row in rows:
        unit, observation = row["unit_id"], row["observation_id"]
        if unit in parts and observation not in parts[unit]:
            continue
        known = copies.setdefault((unit, observation), row)
        if (row["end_ns"], row["content_hash"]) > (known["end_ns"], known["content_hash"]):
            copies[unit, observation] = row
    return copies.values()


def _shaped(row: Row) -> Row:
    details = row["details"]
    return row | {
        "status_message": details.get("status_message", ""),
        "body": details.get("body", ""),
        "source": row["service"] if row["kind"] == "event" else "",
        "event_id": str(row["content_hash"]) if row["kind"] == "log" else details.get("event_id", ""),
        "at": _moment(row["at_ns"]),
        "end_at": _moment(row["end_ns"]),
        "duration_ns": max(0, row["end_ns"] - row["at_ns"]),
        "trace_id": hex_or_empty(row["trace_id"]),
        "span_id": hex_or_empty(row["span_id"]),
        "parent_span_id": hex_or_empty(row["parent_span_id"]),
    }


def hex_or_empty(value: bytes) -> str:
    """Return an id in hexadecimal, empty for the all zero one that means absent."""
    return value.hex() if any(value) else ""


def _moment(unix_ns: int) -> datetime:
    return _EPOCH + timedelta(microseconds=unix_ns // 1_000)
