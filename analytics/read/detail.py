"""One transaction with all its evidence, verdicts, owner and runbooks."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from analytics.read.contents import event_contents, log_contents, span_contents
from analytics.read.context import ReadContext
from analytics.read.evidence import event_entry, log_entry, span_entry
from analytics.read.filters import Found, TransactionFilter
from analytics.read.lookup import Candidate, Holder, candidates, holders, with_hours
from analytics.read.observed import MAX_EVIDENCE, Observed, observed, units_of
from analytics.read.ownership import owner_of, runbook_links
from analytics.read.points import point_rows
from analytics.read.present import time_text
from analytics.read.search import list_transactions
from analytics.read.stored import transactions_by_id
from analytics.read.summary import frame, summary

Row = dict[str, Any]
Predict = Callable[[Row], Row | None]
"""Says of the row of a transaction how it will probably end; None where it has."""
MAX_LISTED = 1_000
_CHILDREN_SHOWN = 20
_AGAIN = 20
_MOMENT_S = 0.01


def find_transaction(
    context: ReadContext, text: str, wanted_type: str | None, predict: Predict = lambda _: None
) -> Found:
    """Return the transaction that holds identifier *text*, the list of several, or what was searched."""
    readings = candidates(context.catalogs.current(), text, wanted_type, context.pseudonyms(text))
    found = holders(context, readings)
    if len(found) == 1:
        detail = _detail(context, found[0], predict)
        return Found("one", detail) if detail else _nothing(readings)
    rows = _rows(context, with_hours(context, found))
    if not rows:
        return _nothing(readings)
    if len(rows) > 1:
        return Found("many", {"items": [summary(row) for row in rows]})
    only = next(holder for holder in found if holder.transaction_id == rows[0]["transaction_id"])
    detail = _detail(context, only, predict)
    return Found("one", detail) if detail else _nothing(readings)


def find_frame(context: ReadContext, text: str) -> dict[str, Any] | None:
    """Return the one transaction that holds identifier *text* without its evidence, or None."""
    catalog = context.catalogs.current()
    found = holders(context, candidates(catalog, text, None, context.pseudonyms(text)))
    rows = _rows(context, with_hours(context, found))
    if len(rows) != 1:
        return None
    return frame(rows[0]) | {"owner": owner_of(catalog, rows[0]["flow"])}


def _nothing(readings: list[Candidate]) -> Found:
    return Found("none", {"searched": [{"type": key.type, "value": key.value} for key in readings]})


def _rows(context: ReadContext, found: list[Holder]) -> list[Row]:
    """Return the rows of *found*, whose hours are known."""
    hours = [holder.started_hour for holder in found if holder.started_hour]
    return transactions_by_id(context.store, [holder.transaction_id for holder in found], hours, context.clock.now())


def _detail(context: ReadContext, holder: Holder, predict: Predict) -> Row | None:
    """
    Return the transaction of CONTRACT section 3 in full, None where there is none.

    What hangs on the id alone is asked for beside the way to the evidence, which is long, one after the other: on few
    cores more at a time would keep that waiting.
    """
    aside = context.begin(partial(_aside, context, holder, predict))
    units = units_of(context.store, holder.transaction_id) if holder.units is None else holder.units
    evidence = observed(context.store, holder.transaction_id, units)
    shown = _shown(context, evidence)
    row, verdicts, prediction = aside.result()
    latest = _caught_up(context, holder, row, evidence.version)
    if latest is None:
        return None
    more = {
        "verdicts": verdicts if latest is row else _verdicts(context, holder),
        "edges": _edges(context, latest, units),
        "prediction": prediction if latest is row else predict(latest),
    }
    return _describe(context, latest, evidence, shown) | more


def _aside(context: ReadContext, holder: Holder, predict: Predict) -> tuple[Row | None, list[Row], Row | None]:
    row = _row(context, holder)
    verdicts = _verdicts(context, holder)
    return row, verdicts, predict(row) if row else None


def _row(context: ReadContext, holder: Holder) -> Row | None:
    rows = _rows(context, with_hours(context, [holder]))
    return rows[0] if rows else None


def _caught_up(context: ReadContext, holder: Holder, row: Row | None, version: int) -> Row | None:
    """
    Return *row*, read again where it is older than evidence of *version*.

    A tick stores which evidence a transaction has a moment before what that makes of it, which may be that it started
    in another hour.
    """
    for _ in range(_AGAIN):
        if version <= (row["version"] if row else 0):
            break
        time.sleep(_MOMENT_S)
        row = _row(context, replace(holder, started_hour=None))
    return row


def _describe(context: ReadContext, row: Row, evidence: Observed, shown: dict[str, Any]) -> Row:
    catalog = context.catalogs.current()
    detail = frame(row) | {"owner": owner_of(catalog, row["flow"]), "runbooks": runbook_links(catalog, row)} | shown
    if row["child_total"]:
        detail["children"] |= _children(context, row["transaction_id"])
    if max(len(evidence.spans), len(evidence.events), len(evidence.logs)) > MAX_EVIDENCE:
        detail["truncated"] = True
    return detail


def _shown(context: ReadContext, evidence: Observed) -> dict[str, Any]:
    spans, events, logs = (pieces[:MAX_EVIDENCE] for pieces in (evidence.spans, evidence.events, evidence.logs))
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


def _verdicts(context: ReadContext, holder: Holder) -> list[dict[str, Any]]:
    """Return every verdict ever given, oldest decision first: they are amended by appending."""
    rows = point_rows(context.store, "verdicts_of", {"id": holder.transaction_id})
    rows.sort(key=lambda row: (row["decided_at"], row["revision"], row["rule"]))
    # A tick that was cut short is done again: what it had decided already stands there twice.
    once = {(row["rule"], row["decided_at"], row["revision"], row["verdict"]): row for row in reversed(rows)}
    return [
        {
            "rule": row["rule"],
            "verdict": row["verdict"],
            "event_at": time_text(row["event_at"]),
            "decided_at": time_text(row["decided_at"]),
            "revision": row["revision"],
        }
        for row in reversed(once.values())
    ]


def _edges(context: ReadContext, row: Row, units: Sequence[Row]) -> list[dict[str, Any]]:
    """
    Return which identifiers hold the transaction together.

    They stand in its row; what was stored before they did has them in a table of their own, if anything had to be
    joined.
    """
    if row["joins"]:
        rows = [{**join, "observations": join["units"]} for join in row["joins"]]
    elif len(units) > 1 or any(unit["observation_ids"] for unit in units):
        rows = point_rows(context.store, "edges_of", {"id": row["transaction_id"]})
    else:
        rows = []
    return sorted(rows, key=lambda edge: (edge["type"], edge["value"]))[:MAX_LISTED]


def _children(context: ReadContext, transaction_id: str) -> dict[str, Any]:
    """Return the failed children first, then others up to the same number; the address lists them all."""
    shown: dict[str, dict[str, Any]] = {}
    for statuses in (("failed",), ()):
        wanted = TransactionFilter(parent=transaction_id, status=statuses, sort="started_at", limit=_CHILDREN_SHOWN)
        shown |= {item["transaction_id"]: item for item in list_transactions(context, wanted)["items"]}
    items = list(shown.values())[:_CHILDREN_SHOWN]
    return {"items": items, "url": f"/api/v1/transactions?parent={transaction_id}"}
