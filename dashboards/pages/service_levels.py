"""Service levels: what each tier and flow promised, what was achieved, and what is left of the error budget."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from analytics.sla.verdicts import Knowledge
from dashboards.components import aria, data_table, empty, link, page_head, section, tier_badge
from dashboards.context import Page, PageContext
from dashboards.formats import NOTHING, count, duration, ratio, ratio_beside
from dashboards.urlstate import page_path

Node = Any
Row = Mapping[str, Any]
_MS_PER_MINUTE = 60_000
_LOW = 0.25
_VIEWS = (("corrected", "As corrected"), ("known", "As known then"))


def render(context: PageContext) -> Page:
    """Draw objectives, achievement and budget per tier and per flow."""
    knowledge: Knowledge = "known" if context.state.get("as") == "known" else "corrected"
    found = context.reader.sla(context.window.since, context.window.until, knowledge)
    body = html.Div(
        [
            page_head(
                "Service levels",
                detail="Of the transactions that started in the time range. What cannot be judged counts nowhere.",
            ),
            _switch(context, knowledge),
            section("Tiers", _table(context, found["tiers"], flows=False)),
            section("Flows", _table(context, found["items"], flows=True)),
            html.P(_EXPLAINED[knowledge], className="muted small"),
        ]
    )
    return Page("SLA", body, "sla")


_EXPLAINED = {
    "corrected": "With everything that is known today: late evidence amends verdicts.",
    "known": "With what had been decided by the end of the time range, as a report drawn then would have said.",
}


def _switch(context: PageContext, chosen: str) -> Node:
    links = [
        link(
            title,
            context.state.link(**{"as": key if key != "corrected" else None}),
            "view-tab on" if key == chosen else "view-tab",
        )
        for key, title in _VIEWS
    ]
    return html.Nav(links, className="view-tabs", **aria("Whose knowledge"))


def _table(context: PageContext, rows: Sequence[Row], *, flows: bool) -> Node:
    if not rows:
        return empty("The catalog names no flow." if flows else "The catalog names no tier.")
    columns = (
        ("Flow" if flows else "Tier", "c-name"),
        ("Achieved", "c-count"),
        ("Objective", "c-count"),
        ("Budget left", ""),
        ("Judged", "c-count"),
        ("Failed", "c-count"),
        ("Breaches", "c-count"),
        ("Time past deadline", "c-count"),
        ("Unknown", "c-count"),
        ("Open", "c-count"),
    )
    return data_table(columns, [_row(context, row, flows=flows) for row in rows])


def _row(context: PageContext, row: Row, *, flows: bool) -> list[Node]:
    achieved, objective = row["achieved"], row["objective"]
    missed = achieved is not None and objective is not None and achieved < objective
    shown, promised = (
        ratio_beside(achieved, objective)
        if achieved is not None and objective is not None
        else (ratio(achieved) if achieved is not None else "unknown", ratio(objective) if objective else NOTHING)
    )
    late_ms = row["breach_minutes"] * _MS_PER_MINUTE
    return [
        _flow_name(context, row) if flows else tier_badge(row["tier"]),
        html.Span(shown, className="num over" if missed else "num" if achieved is not None else "muted"),
        html.Span(promised, className="num muted"),
        budget(row["budget_left"]),
        html.Span(count(row["judged"]), className="num"),
        _count(context, row, row["failed"], flows=flows, status="failed"),
        _count(context, row, row["breaches"], flows=flows, sort="-late_by_ms"),
        html.Span(duration(late_ms) if row["breaches"] else NOTHING, className="num"),
        html.Span(count(row["unknown"]), className="num" if row["unknown"] else "num muted"),
        html.Span(count(row["open"]), className="num muted"),
    ]


def _flow_name(context: PageContext, row: Row) -> Node:
    flow = row["flow"] or "unclassified"
    return html.Div(
        [
            link(row["title"], context.state.link(page_path("flows", flow)), "strong row-link"),
            html.Div([tier_badge(row["tier"]), f" {row['owner'] or 'no owner'}"], className="muted small"),
        ]
    )


def _count(context: PageContext, row: Row, value: int, *, flows: bool, **shown: str) -> Node:
    if not value:
        return html.Span("0", className="num muted")
    named = {"flow": row["flow"] or "unclassified"} if flows else {"tier": str(row["tier"])}
    return link(count(value), context.state.link("/transactions", **named, **shown), "num hot hot-bad")


def budget(left: float | None) -> Node:
    """Return what is left of an error budget: a bar, and in words where it is used up or unknown."""
    if left is None:
        return html.Span("unknown", className="muted")
    if left <= 0:
        text = "used up" if left == 0 else f"overdrawn by {ratio(-left)}"
        return html.Div([html.Span(text, className="num over"), html.I(html.I(), className="budget is-gone")])
    level = "is-low" if left < _LOW else ""
    bar = html.I(html.I(style={"width": f"{left * 100:.1f}%"}), className=f"budget {level}")
    return html.Div([html.Span(ratio(left), className="num"), bar])
