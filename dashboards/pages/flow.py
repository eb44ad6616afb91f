"""One flow: its figures, what became of its transactions over time, its funnel, its steps, its latest trouble."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import html

from analytics.read.filters import TransactionFilter
from dashboards import figures
from dashboards.charts import funnel_bars, graph
from dashboards.components import (
    aria,
    data_table,
    definition_list,
    empty,
    figure_tile,
    link,
    notice,
    page_head,
    section,
    state_badge,
    tier_badge,
)
from dashboards.context import Page, PageContext
from dashboards.formats import NOTHING, count, duration, label, plural, ratio
from dashboards.listing import transaction_table
from dashboards.pages.flow_process import latency_view, rework_view, risk_view, variants_view
from dashboards.urlstate import page_path
from dashboards.views.health import flow_health, flow_key
from dashboards.views.process import DropOff, drop_offs

Node = Any
Row = Mapping[str, Any]
_RECENT = 12
_BAD = ("failed", "stuck", "completed_late")


def render(context: PageContext) -> Page:
    """Draw the page of the flow that the address names."""
    name = context.state.segments[1]
    entry = _entry(context, name)
    view = context.state.get("view")
    chosen = view if view in _VIEWS else ""
    health = flow_health(entry)
    body = html.Div(
        [
            page_head(
                health.title,
                eyebrow=[tier_badge(entry.get("tier")), html.Span(entry.get("domain") or ""), html.Code(name)],
                detail=[state_badge(health.state), html.Span(health.reason)],
                actions=link("All transactions", context.state.link("/transactions", flow=name), "button"),
            ),
            None if entry.get("in_catalog", True) else _outside_catalog(),
            _tiles(entry),
            _tabs(context, chosen),
            _VIEWS[chosen][1](context, name) if chosen else _summary(context, name, entry),
        ]
    )
    return Page(health.title, body, "overview")


_VIEWS: dict[str, tuple[str, Callable[[PageContext, str], Node]]] = {
    "latency": ("Latency", latency_view),
    "variants": ("Variants", variants_view),
    "rework": ("Rework", rework_view),
    "risk": ("At risk", risk_view),
}


def _tabs(context: PageContext, chosen: str) -> Node:
    entries = [("", "Summary"), *((key, title) for key, (title, _) in _VIEWS.items())]
    links = [
        link(title, context.state.link(view=key or None), "view-tab on" if key == chosen else "view-tab")
        for key, title in entries
    ]
    return html.Nav(links, className="view-tabs", **aria("Views of this flow"))


def _summary(context: PageContext, name: str, entry: Row) -> Node:
    window = context.window
    buckets = context.reader.series(name, window.since, window.until, figures.bucket_seconds(window.seconds))
    recent = context.reader.transactions(
        TransactionFilter(flow=(name,), status=_BAD, since=window.since, until=window.until, limit=_RECENT)
    )["items"]
    return html.Div(
        [
            html.Div([_throughput(context, buckets), _latency(context, buckets, entry)], className="columns"),
            html.Div(
                [_funnel(context, name, entry["funnel"]), _facts(context, entry)], className="columns columns-wide"
            ),
            _steps(entry["steps"]),
            section("Latest trouble", _recent(context, recent)),
        ]
    )


def _entry(context: PageContext, name: str) -> dict[str, Any]:
    """Return catalog entry, figures, funnel and steps; a window that does not end now is asked for part by part."""
    window = context.window
    if window.live:
        return context.reader.flow(name, window.seconds)
    detail = context.reader.flow(name, 1.0)
    overview = context.reader.overview(window.since, window.until)
    figures_then = next((row for row in overview if flow_key(row) == name), {})
    parts = {
        "funnel": context.reader.funnel(name, window.since, window.until),
        "steps": context.reader.steps(name, window.since, window.until),
    }
    return detail | figures_then | parts


def _outside_catalog() -> Node:
    return notice(
        "unknown",
        "This flow stands in no catalog.",
        "Its transactions are kept and shown, but nothing is promised, so nothing can be late. "
        "wayline flows draft writes an entry from what was seen.",
    )


def _tiles(entry: Row) -> Node:
    allowed = None if entry.get("success_objective") is None else 1 - entry["success_objective"]
    failing = entry.get("failure_ratio")
    over = failing is not None and allowed is not None and failing > allowed
    slow = bool(entry.get("p95_ms") and entry.get("objective_ms") and entry["p95_ms"] > entry["objective_ms"])
    achieved, promised = entry.get("achieved"), entry.get("success_objective")
    missed = achieved is not None and promised is not None and achieved < promised
    return html.Div(
        [
            figure_tile("Started", count(entry.get("started")), f"{count(entry.get('in_progress'))} under way"),
            figure_tile(
                "Failure rate",
                ratio(failing) if failing is not None else "unknown",
                f"{ratio(allowed)} allowed" if allowed is not None else "no objective",
                "bad" if over else "",
            ),
            figure_tile(
                "p95",
                duration(entry.get("p95_ms")),
                f"objective {duration(entry['objective_ms'])}" if entry.get("objective_ms") else "no objective",
                "warn" if slow else "",
            ),
            figure_tile(
                "In time and well",
                ratio(achieved) if achieved is not None else "unknown",
                f"{ratio(promised)} promised" if promised is not None else "nothing promised",
                "bad" if missed else "",
            ),
            figure_tile(
                "Late",
                count(entry.get("breaches")),
                f"{count(entry.get('open_breaches'))} still open",
                "warn" if entry.get("open_breaches") else "",
            ),
            figure_tile("Stuck", count(entry.get("stuck")), None, "bad" if entry.get("stuck") else ""),
            figure_tile(
                "Unknown", count(entry.get("unknown")), "not judged", "unknown" if entry.get("unknown") else ""
            ),
        ],
        className="tiles",
    )


def _throughput(context: PageContext, buckets: Sequence[Row]) -> Node:
    if not any(bucket["started"] for bucket in buckets):
        return section("Transactions", empty("Nothing arrived in this time range.", "Take a longer one above."))
    figure = figures.throughput(buckets, context.zone)
    return section("Transactions", graph("flow-throughput", figure, figure["layout"]["meta"]["description"]))


def _latency(context: PageContext, buckets: Sequence[Row], entry: Row) -> Node:
    if not any(bucket["p50_ms"] for bucket in buckets):
        return section("Time to complete", empty("No transaction ended in this time range."))
    figure = figures.latency(buckets, entry.get("objective_ms"), context.zone)
    return section("Time to complete", graph("flow-latency", figure, figure["layout"]["meta"]["description"]))


def _funnel(context: PageContext, name: str, funnel: Sequence[Row]) -> Node:
    if not funnel:
        return section("Milestones", empty("No milestone was seen in this time range."))
    steps = [
        (
            link(label(step["milestone"]), context.state.link("/transactions", flow=name, milestone=step["milestone"])),
            int(step["reached"]),
            _funnel_note(context, name, step, lost),
        )
        for step, lost in zip(funnel, drop_offs(funnel), strict=True)
    ]
    return section("Milestones", funnel_bars(steps))


def _funnel_note(context: PageContext, name: str, step: Row, lost: DropOff | None) -> Node:
    notes: list[Node] = []
    if lost and lost.count:
        notes.append(html.Span(f"{ratio(lost.share)} drop off here", className="small over"))
    for status, style in (("failed", "hot-bad"), ("missing", "hot-bad"), ("pending", "")):
        if step.get(status):
            target = context.state.link("/transactions", flow=name, milestone=f"{step['milestone']}:{status}")
            notes.append(link(f"{count(step[status])} {status}", target, f"small {style}"))
    if step.get("p95_ms") is not None:
        text = f"p50 {duration(step.get('p50_ms'))}, p95 {duration(step['p95_ms'])} from the step before"
        notes.append(html.Span(text, className="muted small"))
    return notes


def _facts(context: PageContext, entry: Row) -> Node:
    runbooks = entry.get("runbooks") or {}
    links = [
        html.Li([html.Span(f"{key}: ", className="muted"), link(name, context.state.link(page_path("runbooks", name)))])
        for key, name in runbooks.items()
    ]
    facts = [
        ("Owner", entry.get("owner") or NOTHING),
        ("Process owner", entry.get("process_owner") or NOTHING),
        ("Escalation", entry.get("escalation") or NOTHING),
        ("Deadline", duration(entry.get("objective_ms")) if entry.get("objective_ms") else "none promised"),
        ("Success objective", ratio(entry.get("success_objective"))),
        ("Identifiers", ", ".join(label(name) for name in entry.get("identifiers") or ()) or NOTHING),
        ("Runbooks", html.Ul(links, className="plain") if links else "none in the catalog"),
    ]
    return section("Ownership and promise", definition_list(facts))


def _steps(steps: Sequence[Row]) -> Node:
    if not steps:
        return section("Steps", empty("No span of this flow was seen in this time range."))
    columns = (
        ("System", ""),
        ("Step", "c-grow"),
        ("Seen", "c-count"),
        ("Errors", "c-count"),
        ("p50", "c-count"),
        ("p95", "c-count"),
    )
    rows = [
        [
            html.Span(step["system"] or "unknown system"),
            html.Span(step["name"], className="clip"),
            html.Span(count(step["count"]), className="num"),
            html.Span(count(step["errors"]), className="num over" if step["errors"] else "num muted"),
            html.Span(duration(step["p50_ms"]), className="num"),
            html.Span(duration(step["p95_ms"]), className="num"),
        ]
        for step in steps[:20]
    ]
    return section(
        "Failing and slow steps",
        data_table(columns, rows),
        aside=html.Span(plural(len(steps), "step"), className="muted"),
    )


def _recent(context: PageContext, items: Sequence[Row]) -> Node:
    if not items:
        return empty("Nothing failed, stuck or late in this time range.")
    return transaction_table(context, items, with_flow=False)
