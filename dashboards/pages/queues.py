"""Queues: what waits in them, for how long, and what the broker says of depth and lag; unknown is said, never zero."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboards.components import data_table, empty, level_badge, link, page_head, section, system_name, when
from dashboards.context import Page, PageContext
from dashboards.formats import count, duration, plural

Node = Any
Row = Mapping[str, Any]
_OLD_MS = 60_000.0


def render(context: PageContext) -> Page:
    """Draw every queue of the catalog and every one that was seen."""
    found = context.reader.queues(context.window.since, context.window.until)
    ordered = sorted(found, key=_urgency)
    waiting = sum(row["waiting"] or 0 for row in found)
    one_in = max((row.get("sampled_one_in") or 1 for row in found), default=1)
    about = f"about, from one trace in {count(one_in)}: " if one_in > 1 else ""
    body = html.Div(
        [
            page_head(
                "Queues",
                detail="Messages whose consumer was not seen, from spans; depth and lag as brokers report them.",
            ),
            section(
                "Queues",
                _table(context, ordered),
                aside=html.Span(f"{about}{plural(waiting, 'message')} waiting", className="muted") if found else None,
            ),
        ]
    )
    return Page("Queues", body, "queues")


def _urgency(row: Row) -> tuple[float, float, bool, str]:
    return -(row["oldest_age_ms"] or 0.0), -(row["depth"] or 0.0), row["produced"] is None, row["title"]


def _table(context: PageContext, queues: Sequence[Row]) -> Node:
    if not queues:
        return empty(
            "No queue is in the catalog and none was seen.",
            "A queue shows up with its first producer span, or with a depth metric of its broker.",
        )
    columns = (
        ("Queue", "c-name"),
        ("State", ""),
        ("Waiting", "c-count"),
        ("Oldest", "c-count"),
        ("Depth", "c-count"),
        ("Consumer lag", "c-count"),
        ("Wait p50", "c-count"),
        ("Wait p95", "c-count"),
        ("Sent", "c-count"),
        ("Taken", "c-count"),
        ("Last message", ""),
    )
    return data_table(columns, [_row(context, row) for row in queues])


def _row(context: PageContext, row: Row) -> list[Node]:
    level, word = queue_state(row)
    target = context.state.link("/transactions", system=row["queue"])
    sub = row["owner"] or (", ".join(row["destinations"][:3]) if row["destinations"] else "in no catalog")
    return [
        html.Div(
            [
                link(system_name(row["title"], "queue"), target, "strong row-link"),
                html.Div(sub, className="muted small clip"),
            ]
        ),
        level_badge(level, word),
        _number(row["waiting"], hot=level == "warn"),
        html.Span(duration(row["oldest_age_ms"]), className="num over" if level == "warn" else "num")
        if row["oldest_age_ms"] is not None
        else _unknown(row["waiting"], "none"),
        _number(row["depth"]),
        _number(row["consumer_lag"]),
        html.Span(duration(row["wait_p50_ms"]), className="num"),
        html.Span(duration(row["wait_p95_ms"]), className="num"),
        _number(row["produced"]),
        _number(row["consumed"]),
        when(row["last_at"], context.zone, context.now, relative=True),
    ]


def queue_state(row: Row) -> tuple[str, str]:
    """Return (level, word) of a queue: what is not known is never in order."""
    if row["produced"] is None and row["depth"] is None and row["consumer_lag"] is None:
        return "unknown", "Unknown"
    if row["consumers"] == 0:
        return "warn", "No consumer"
    if (row["oldest_age_ms"] or 0.0) > _OLD_MS:
        return "warn", "Backlog"
    if row["waiting"] or row["depth"] or row["consumer_lag"]:
        return "info", "Moving"
    return "good", "Drained"


def _number(value: float | None, *, hot: bool = False) -> Node:
    if value is None:
        return html.Span("unknown", className="muted")
    return html.Span(count(value), className="num over" if hot and value else "num" if value else "num muted")


def _unknown(known: Any, otherwise: str) -> Node:
    return html.Span("unknown" if known is None else otherwise, className="muted")
