"""One transaction with all its evidence, verdicts, owner and runbooks."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from analytics.read.contents import event_contents, log_contents, span_contents
from analytics.read.context import ReadContext
from analytics.read.evidence import event_entry, log_entry, span_entry
from analytics.read.filters import Found, TransactionFilter
from analytics.read.lookup import Holder, candidates, holders
from analytics.read.ownership import owner_of, runbook_links
from analytics.read.present import time_text
from analytics.read.search import list_transactions
from analytics.read.summary import frame, summary
from storage.sqlfiles import load_sql

Row = dict[str, Any]
MAX_EVIDENCE = 10_000
MAX_LISTED = 1_000
_CHILDREN_SHOWN = 20
_AGAIN = 20
_MOMENT_S = 0.01


def find_transaction(context: ReadContext, text: str, wanted_type: str | None) -> Found:
    """Return the transaction that holds identifier *text*, the list of several, or what was searched."""
    readings = candidates(context.catalogs.current(), text, wanted_type, context.pseudonyms(text))
    found = holders(context, readings)
    if len(found) == 1:
        # Most often there is one: then what hangs on its id is asked for at the same time as the transaction itself.
        rows, *parts = context.together(partial(_rows, context, found), *_parts(context, found[0].transaction_id))
        rows = _caught_up(context, found, rows, parts[0].version)
        if rows:
            return Found("one", _describe(context, rows[0], *parts))
    rows = _rows(context, found) if len(found) > 1 else []
    if not rows:
        return Found("none", {"searched": [{"type": key.type, "value": key.value} for key in readings]})
    if len(rows) > 1:
        return Found("many", {"items": [summary(row) for row in rows]})
    return Found("one", _describe(context, rows[0], *context.together(*_parts(context, rows[0]["transaction_id"]))))


def find_frame(context: ReadContext, text: str) -> dict[str, Any] | None:
    """Return the one transaction that holds identifier *text* without its evidence, or None."""
    catalog = context.catalogs.current()
    rows = _rows(context, holders(context, candidates(catalog, text, None, context.pseudonyms(text))))
    if len(rows) != 1:
        return None
    return frame(rows[0]) | {"owner": owner_of(catalog, rows[0]["flow"])}


def _rows(context: ReadContext, found: list[Holder]) -> list[Row]:
    """Return the rows of *found*; one that only looked like a transaction id has none."""
    if not found:
        return []
    hours = [holder.started_hour for holder in found]
    return context.store.rows(
        load_sql("analytics.read", "sql/transactions_by_id"),
        {
            "ids": [holder.transaction_id for holder in found],
            "hours": sorted({hour for hour in hours if hour}) if all(hours) else [],
            "now": context.clock.now(),
        },
    )


def _caught_up(context: ReadContext, found: list[Holder], rows: list[Row], version: int) -> list[Row]:
    """
    Return *rows*, read again where they are older than evidence of *version*.

    A tick stores which evidence a transaction has a moment before what that makes of it.
    """
    for _ in range(_AGAIN):
        if version <= (rows[0]["version"] if rows else 0):
            break
        time.sleep(_MOMENT_S)
        rows = _rows(context, found)
    return rows


def _parts(context: ReadContext, transaction_id: str) -> list[Callable[[], Any]]:
    """Return the questions whose answers `_describe` puts together, in the order of its arguments."""
    return [partial(ask, context, transaction_id) for ask in (_evidence, _verdicts, _edges)]


def _describe(context: ReadContext, row: Row, evidence: "_Evidence", verdicts: list[Row], edges: list[Row]) -> Row:
    """Return the transaction of CONTRACT section 3 in full."""
    catalog = context.catalogs.current()
    spans, events, logs = ([row for row in evidence.rows if row["kind"] == kind] for kind in ("span", "event", "log"))
    detail = (
        frame(row)
        | {"owner": owner_of(catalog, row["flow"]), "runbooks": runbook_links(catalog, row)}
        | _shown(context, spans[:MAX_EVIDENCE], events[:MAX_EVIDENCE], logs[:MAX_EVIDENCE])
        | {"verdicts": verdicts, "edges": edges}
    )
    if row["child_total"]:
        detail["children"] |= _children(context, row["transaction_id"])
    if max(len(spans), len(events), len(logs)) > MAX_EVIDENCE:
        detail["truncated"] = True
    return detail


def _shown(context: ReadContext, spans: list[Row], events: list[Row], logs: list[Row]) -> dict[str, Any]:
    raw_spans, raw_events, raw_logs = context.together(
        partial(span_contents, context.store, spans),
        partial(event_contents, context.store, events),
        partial(log_contents, context.store, logs),
    )
    return {
        "spans": [span_entry(span, raw_spans.get((span["trace_id"], span["span_id"]))) for span in spans],
        "events": [event_entry(event, raw_events.get((event["source"], event["event_id"]))) for event in events],
        "logs": [log_entry(log, raw_logs.get(log["event_id"])) for log in logs],
    }


@dataclass(frozen=True)
class _Evidence:
    """Spans, events and logs in order of time, and the version of the transaction that has them; 0 for none."""

    rows: list[Row]
    version: int


def _evidence(context: ReadContext, transaction_id: str) -> _Evidence:
    """Return the evidence, one more of each kind than is shown."""
    units = context.store.rows(load_sql("analytics.read", "sql/units_of"), {"id": transaction_id})
    if not units:
        return _Evidence([], 0)
    params: dict[str, Any] = {"rows": MAX_EVIDENCE + 1}
    if any(unit["observation_ids"] for unit in units):
        name, params["id"] = "evidence_of_parts", transaction_id
    else:
        name, params["units"] = "evidence", [unit["unit_id"] for unit in units]
    rows = context.store.rows(load_sql("analytics.read", f"sql/{name}"), params)
    return _Evidence(rows, max(unit["version"] for unit in units))


def _verdicts(context: ReadContext, transaction_id: str) -> list[dict[str, Any]]:
    """Return every verdict ever given, oldest decision first: they are amended by appending."""
    rows = context.store.rows(load_sql("analytics.read", "sql/verdicts_of"), {"id": transaction_id})
    return [
        {
            "rule": row["rule"],
            "verdict": row["verdict"],
            "event_at": time_text(row["event_at"]),
            "decided_at": time_text(row["decided_at"]),
            "revision": row["revision"],
        }
        for row in rows
    ]


def _edges(context: ReadContext, transaction_id: str) -> list[dict[str, Any]]:
    """Return which identifiers hold the transaction together."""
    rows = context.store.rows(load_sql("analytics.read", "sql/edges_of"), {"id": transaction_id, "rows": MAX_LISTED})
    return [dict(row) for row in rows]


def _children(context: ReadContext, transaction_id: str) -> dict[str, Any]:
    """Return the failed children first, then others up to the same number; the address lists them all."""
    shown: dict[str, dict[str, Any]] = {}
    for statuses in (("failed",), ()):
        wanted = TransactionFilter(parent=transaction_id, status=statuses, sort="started_at", limit=_CHILDREN_SHOWN)
        shown |= {item["transaction_id"]: item for item in list_transactions(context, wanted)["items"]}
    items = list(shown.values())[:_CHILDREN_SHOWN]
    return {"items": items, "url": f"/api/v1/transactions?parent={transaction_id}"}
