"""Transactions as rows: the same line wherever they are listed."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboards.components import data_table, link, status_badge, system_name, tier_badge, when
from dashboards.context import PageContext
from dashboards.formats import NOTHING, duration, label
from dashboards.urlstate import page_path
from dashboards.views.transaction import current_station, ordered_identifiers, primary_identifier, sla_clock

Node = Any
Row = Mapping[str, Any]
_SORTS = {"Started": "started_at", "Took": "duration_ms", "Deadline": "deadline_at"}
_OTHERS_SHOWN = 2


def transaction_table(
    context: PageContext, items: Sequence[Row], *, with_flow: bool = True, sort: str | None = None
) -> Node:
    """
    Return summaries as a table whose rows open the transaction.

    Args:
        context: The page's context.
        items: Summaries.
        with_flow: Whether the flow has a column.
        sort: Order in force, for headings that change it; None for headings that do not.
    """
    names = [
        "Transaction",
        "Status",
        *(["Flow"] if with_flow else []),
        "Where",
        "Origin",
        "Started",
        "Took",
        "Deadline",
    ]
    columns = [(name, f"c-{name.lower()}") for name in names]
    rows = [_row(context, item, with_flow=with_flow) for item in items]
    return data_table(columns, rows, "transactions", {name: _heading(context, name, sort) for name in names})


def _heading(context: PageContext, name: str, sort: str | None) -> Node:
    key = _SORTS.get(name)
    if sort is None or key is None:
        return name
    in_force = sort.removeprefix("-") == key
    descending = in_force and sort.startswith("-")
    target = context.state.link(sort=key if descending else f"-{key}", cursor=None)
    mark = (" ↓" if descending else " ↑") if in_force else ""
    return link(f"{name}{mark}", target, "sort on" if in_force else "sort")


def _row(context: PageContext, item: Row, *, with_flow: bool) -> list[Node]:
    origin = item.get("origin") or {}
    clock = sla_clock(item, context.now)
    cells = [
        _name(context, item),
        status_badge(item["status"]),
        html.Span(current_station(item.get("milestones") or ()) or NOTHING),
        system_name(origin.get("system") or origin["category"], origin["category"])
        if origin
        else html.Span(NOTHING, className="muted"),
        when(item.get("started_at"), context.zone, context.now),
        html.Span(duration(item.get("duration_ms")), className="num"),
        html.Span(
            [
                html.Span(clock.headline, className=f"clock lv-{clock.level}"),
                html.Span(clock.detail, className="muted small"),
            ]
        ),
    ]
    if with_flow:
        cells.insert(2, _flow(context, item))
    return cells


def _name(context: PageContext, item: Row) -> Node:
    target = context.state.link(page_path("transactions", item["transaction_id"]))
    named = primary_identifier(item.get("identifiers") or ())
    if not named:
        return link(html.Code(item["transaction_id"][:12]), target, "row-link")
    others = [row for row in ordered_identifiers(item["identifiers"]) if row["value"] != named[1]][:_OTHERS_SHOWN]
    return html.Div(
        [
            link(html.Span(named[1], className="id"), target, "row-link strong"),
            html.Div(
                [label(named[0]), *[f" · {label(row['type'])} {row['value'][:24]}" for row in others]],
                className="muted small clip",
            ),
        ]
    )


def _flow(context: PageContext, item: Row) -> Node:
    flow = item.get("flow")
    name = (
        link(context.flow_title(flow), context.state.link(page_path("flows", flow)))
        if flow
        else html.Span("unclassified", className="muted")
    )
    return html.Span([name, tier_badge(item.get("tier"))], className="flow-cell")
