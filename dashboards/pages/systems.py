"""Systems, how they depend on each other, and the sources that tell us about them."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboards.components import data_table, empty, level_badge, link, page_head, section, system_name, when
from dashboards.context import Page, PageContext
from dashboards.dependencies import map_panel
from dashboards.formats import NOTHING, count, duration, label, ratio
from dashboards.views.dependency_map import dependency_map, rate

Node = Any
Row = Mapping[str, Any]


def render(context: PageContext) -> Page:
    """Draw systems, dependencies and sources."""
    window = context.window
    graph = context.reader.dependencies(window.since, window.until)
    body = html.Div(
        [
            page_head(
                "Systems and sources",
                detail="The last 24 hours of each system; what calls what in the time range above.",
            ),
            _map(context, graph),
            section("Sources", _sources(context, context.reader.sources())),
            section("Systems", _systems(context, context.reader.systems())),
            section("Every dependency", _dependencies(context, graph.get("edges") or (), graph.get("nodes") or ())),
        ]
    )
    return Page("Systems", body, "systems")


def _sources(context: PageContext, sources: Sequence[Row]) -> Node:
    if not sources:
        return empty(
            "No source is declared and nothing has arrived yet.",
            "A source with expect_every in the catalog is watched: when it falls silent, nothing it owes is judged.",
        )
    columns = (("Source", "c-name"), ("State", ""), ("Watermark", ""), ("Lag", "c-count"), ("Last error", "c-grow"))
    rows = [
        [
            html.Span(source.get("title") or source["source"], className="strong"),
            _source_state(source),
            when(source.get("watermark"), context.zone, context.now, relative=True),
            html.Span(duration(source.get("lag_ms")), className="num"),
            _last_error(context, source),
        ]
        for source in sources
    ]
    return data_table(columns, rows)


def _last_error(context: PageContext, source: Row) -> Node:
    if not source.get("last_error"):
        return html.Span(NOTHING)
    at = when(source.get("last_error_at"), context.zone, context.now, relative=True)
    return html.Div([html.Span(source["last_error"], className="clip"), at], className="spread")


def _source_state(source: Row) -> Node:
    if source.get("blind"):
        return level_badge("unknown", "Silent")
    if source.get("last_error"):
        return level_badge("warn", "Error")
    if not source.get("expect_every"):
        return level_badge("info", "Not watched")
    if source.get("blind") is None or not source.get("watermark"):
        return level_badge("unknown", "Never heard")
    return level_badge("good", f"Within {source['expect_every']}")


def _systems(context: PageContext, systems: Sequence[Row]) -> Node:
    if not systems:
        return empty("The catalog names no system and none was seen.")
    columns = (
        ("System", "c-name"),
        ("Category", ""),
        ("Owner", ""),
        ("Transactions", "c-count"),
        ("Errors", "c-count"),
        ("Origin of trouble", "c-count"),
        ("p95", "c-count"),
        ("Last seen", ""),
    )
    ordered = sorted(
        systems,
        key=lambda row: (-(row.get("origin_of") or 0), not row.get("last_at"), row.get("title") or row["system"]),
    )
    return data_table(columns, [_system(context, row) for row in ordered], "dense")


def _system(context: PageContext, row: Row) -> list[Node]:
    target = context.state.link("/transactions", system=row["system"])
    errors = row.get("errors") or 0
    return [
        html.Div(
            [
                link(system_name(row.get("title") or row["system"], row.get("category")), target, "strong row-link"),
                html.Div(row["system"] if row.get("in_catalog") else "in no catalog", className="muted small"),
            ]
        ),
        html.Span(
            label(row["category"]) if row.get("category") else "unknown",
            className="" if row.get("category") else "muted",
        ),
        html.Span(row.get("owner") or NOTHING),
        html.Span(count(row.get("transactions")), className="num"),
        html.Span(
            [count(errors), f" ({ratio(row['error_ratio'])})" if errors and row.get("error_ratio") else ""],
            className="num over" if errors else "num muted",
        ),
        link(count(row["origin_of"]), context.state.link("/transactions", origin=row["system"]), "num hot hot-bad")
        if row.get("origin_of")
        else html.Span("0", className="num muted"),
        html.Span(duration(row.get("p95_ms")), className="num"),
        when(row.get("last_at"), context.zone, context.now, relative=True),
    ]


def _map(context: PageContext, graph: Row) -> Node:
    edges = graph.get("edges") or ()
    if not edges:
        return section(
            "What depends on what", empty("No call or message between two systems was seen in this time range.")
        )
    drawn = dependency_map(graph.get("nodes") or (), edges, context.window.seconds)
    one_in = graph.get("sampled_one_in") or 1
    aside = html.Span(f"estimated from one trace in {count(one_in)}", className="muted") if one_in > 1 else None
    return section("What depends on what", map_panel(context, drawn), aside=aside, anchor="map")


def _dependencies(context: PageContext, edges: Sequence[Row], nodes: Sequence[Row]) -> Node:
    if not edges:
        return empty("No call or message between two systems was seen in this time range.")
    categories = {node["system"]: node.get("category") for node in nodes}
    columns = (
        ("From", "c-name"),
        ("To", "c-name"),
        ("By", ""),
        ("Calls", "c-count"),
        ("Rate", "c-count"),
        ("Errors", "c-count"),
        ("p95", "c-count"),
    )
    rows = [
        [
            system_name(edge["source"], categories.get(edge["source"])),
            system_name(edge["target"], categories.get(edge["target"])),
            html.Span(
                [
                    label(edge.get("kind") or "call"),
                    f" via {edge['via']}" if edge.get("via") else "",
                    "" if edge.get("observed", True) else " (seen from one side)",
                ]
            ),
            html.Span(count(edge["calls"]), className="num"),
            html.Span(rate(edge["calls"], context.window.seconds), className="num"),
            html.Span(
                [count(edge["errors"]), f" ({ratio(edge['errors'] / edge['calls'])})" if edge["errors"] else ""],
                className="num over" if edge["errors"] else "num muted",
            ),
            html.Span(duration(edge.get("p95_ms")), className="num"),
        ]
        for edge in edges[:100]
    ]
    return data_table(columns, rows)
