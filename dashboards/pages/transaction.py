"""One transaction: what happened, where it starts, whose it is, what to do now; found by any identifier."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from analytics.read.filters import TransactionFilter
from dashboards.components import aria, empty, icon, link, notice, page_head, section, status_badge, tier_badge, when
from dashboards.context import Page, PageContext
from dashboards.evidence import log_lines, waterfall_rows
from dashboards.formats import label, plural
from dashboards.listing import transaction_table
from dashboards.panels import (
    clock_panel,
    forecast_panel,
    identifiers_panel,
    origin_panel,
    owner_panel,
    runbook_panel,
    time_panel,
    verdicts_panel,
)
from dashboards.urlstate import page_path
from dashboards.views.transaction import Station, children_sentence, headline, stations, transaction_name
from dashboards.views.waterfall import build_waterfall

Node = Any
Row = Mapping[str, Any]


def render(context: PageContext) -> Page:
    """Draw the transaction that holds the identifier in the address, or the choice between several."""
    text = context.state.segments[1]
    found = context.reader.transaction(text, context.state.get("type") or None)
    if found.kind == "one":
        return _one(context, found.body)
    if found.kind == "many":
        return _many(context, text, found.body["items"])
    return _none(context, text, found.body.get("searched") or ())


def _many(context: PageContext, text: str, items: Sequence[Row]) -> Page:
    body = html.Div(
        [
            page_head(
                plural(len(items), "transaction holds", "transactions hold") + f" {text}",
                eyebrow="Which one do you mean?",
                detail="A batch, a reused number or a shared value: each of these is a transaction of its own.",
            ),
            transaction_table(context, items),
        ]
    )
    return Page(f"{text}: which one?", body, "transactions")


def _none(context: PageContext, text: str, searched: Sequence[Row]) -> Page:
    kinds = list(dict.fromkeys(label(row["type"]) for row in searched))
    prefixed = _starting_with(context, text)
    body = html.Div(
        [
            page_head(
                f"No transaction holds {text}",
                detail=f"Searched as {', '.join(kinds)}." if kinds else "Nothing could be searched with it.",
            ),
            section("Starting like it", transaction_table(context, prefixed)) if prefixed else _how_to_search(context),
        ]
    )
    return Page("Nothing found", body, "transactions")


def _starting_with(context: PageContext, text: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = context.reader.transactions(TransactionFilter(q=text, limit=20))["items"]
    return items


def _how_to_search(context: PageContext) -> Node:
    return empty(
        "What you can do",
        html.Ul(
            [
                html.Li("Identifiers are matched exactly, upper and lower case as the system writes them."),
                html.Li("Evidence that is seconds old may still be on its way; this page looks again by itself."),
                html.Li(
                    [
                        "Look through ",
                        link("all transactions", context.state.link("/transactions")),
                        " of the time range.",
                    ]
                ),
            ]
        ),
    )


def _one(context: PageContext, row: Row) -> Page:
    name = transaction_name(row)
    flow = row.get("flow")
    shape = build_waterfall(row.get("spans") or (), row.get("events") or (), context.config.max_spans)
    main = [
        _children(context, row),
        section(
            "Across the systems",
            waterfall_rows(context, row, shape),
            anchor="evidence",
        ),
        time_panel(row),
        section("Logs", log_lines(context, row.get("logs") or ())),
        verdicts_panel(context, row),
    ]
    side = [
        clock_panel(context, row),
        forecast_panel(context, row),
        origin_panel(context, row),
        owner_panel(row),
        runbook_panel(context, row),
        identifiers_panel(context, row),
    ]
    body = html.Div(
        [
            page_head(
                name,
                eyebrow=[
                    status_badge(row["status"]),
                    tier_badge(row.get("tier")),
                    link(context.flow_title(flow), context.state.link(page_path("flows", flow)))
                    if flow
                    else html.Span("unclassified"),
                ],
                detail=html.P(headline(row, context.now), className="lead"),
                actions=_actions(context, row),
            ),
            notice(
                "warn",
                "This is not all of it.",
                "More evidence is stored than a page can hold; the API returns the first 10 000 of each kind.",
            )
            if row.get("truncated")
            else None,
            notice(
                "info",
                "Some of its times cannot be right.",
                "They lie before 1970 or more than a day ahead, so that no deadline is judged.",
            )
            if row.get("untimely")
            else None,
            _line(context, row),
            html.Div(
                [html.Div(main, className="main-column"), html.Aside(side, className="side-column")],
                className="columns columns-side",
            ),
        ]
    )
    return Page(name, body, "transactions")


def _actions(context: PageContext, row: Row) -> Node:
    parent = row.get("parent_id")
    return [
        link([icon("up"), "Parent"], context.state.link(page_path("transactions", parent)), "button")
        if parent
        else None,
        html.A("JSON", href=f"/api/v1/transactions/{row['transaction_id']}", className="button", target="_blank"),
    ]


def _line(context: PageContext, row: Row) -> Node:
    stops = stations(row.get("milestones") or (), context.now, context.zone, row["status"])
    if not stops:
        return notice(
            "unknown",
            "No milestones.",
            "This transaction is in no flow of the catalog, so nothing says what should come next.",
        )
    return html.Ol([_stop(context, stop) for stop in stops], className="line", id="milestones", **aria("Milestones"))


def _stop(context: PageContext, stop: Station) -> Node:
    style = "overdue" if stop.overdue else stop.status
    return html.Li(
        [
            html.Span(icon(_STOP_ICONS[style]), className="stop"),
            html.Div(stop.title, className="stop-title"),
            html.Div(when(stop.at, context.zone, context.now) if stop.at else stop.word, className="stop-time"),
            html.Div(stop.system, className="stop-system muted"),
            html.Div(stop.note, className="stop-note"),
        ],
        className=f"stop-{style}",
        **aria(f"{stop.title}: {stop.word}"),
    )


_STOP_ICONS = {
    "done": "check",
    "failed": "cross",
    "pending": "ring",
    "overdue": "alert",
    "missing": "question",
    "skipped": "skip",
}


def _children(context: PageContext, row: Row) -> Node:
    sentence = children_sentence(row.get("children"))
    if not sentence:
        return None
    items = (row.get("children") or {}).get("items") or ()
    target = context.state.link("/transactions", parent=row["transaction_id"])
    return section(
        "Parts of this batch",
        [
            html.P(sentence, className="lead"),
            transaction_table(context, items[:20], with_flow=False) if items else None,
        ],
        aside=link("All parts", target, "button"),
    )
