"""A flow as a process: times between milestones, variants, rework. Each a view of the flow's page."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboards.charts import histogram
from dashboards.components import data_table, empty, icon, link, section, when
from dashboards.context import PageContext
from dashboards.formats import count, duration, label, plural, ratio
from dashboards.urlstate import page_path
from dashboards.views.prediction import chance
from dashboards.views.process import pair_name, rework_sentence, step_name

Node = Any
Row = Mapping[str, Any]
_VARIANTS_SHOWN = 15


def latency_view(context: PageContext, name: str) -> Node:
    """Return how long it takes from one milestone to the next."""
    pairs = context.reader.latency(name, context.window.since, context.window.until)
    if not pairs:
        return section("Between milestones", empty("No milestone was reached in this time range."))
    columns = (
        ("From", "c-name"),
        ("To", "c-name"),
        ("Transactions", "c-count"),
        ("p50", "c-count"),
        ("p90", "c-count"),
        ("p95", "c-count"),
        ("p99", "c-count"),
        ("Distribution", "c-histogram"),
    )
    rows = [_pair(pair) for pair in pairs]
    note = html.P(
        "Bars run from short to long, five to a factor of ten. Where a milestone counts in a calendar, only its opening"
        " hours are counted.",
        className="muted small",
    )
    return section("Between milestones", [data_table(columns, rows, "latencies"), note])


def _pair(pair: Row) -> list[Node]:
    before, after = pair_name(pair)
    clock = (
        html.Div(f"in {label(pair['clock'])} hours", className="muted small") if pair["clock"] != "elapsed" else None
    )
    reverse = (
        html.Div(f"{count(pair['out_of_order'])} the other way round", className="muted small")
        if pair["out_of_order"]
        else None
    )
    return [
        html.Span(before),
        html.Div([html.Span(after, className="strong"), clock]),
        html.Div([html.Span(count(pair["count"]), className="num"), reverse]),
        *(html.Span(duration(pair[key]), className="num") for key in ("p50_ms", "p90_ms", "p95_ms", "p99_ms")),
        histogram(pair["buckets"]),
    ]


def variants_view(context: PageContext, name: str) -> Node:
    """Return the ways through the flow."""
    window = context.window
    found = context.reader.variants(name, window.since, window.until, _VARIANTS_SHOWN)
    if not found["items"]:
        return section("Variants", empty("No transaction ended in this time range."))
    columns = (
        ("Way", "c-grow"),
        ("Transactions", "c-count"),
        ("Share", "c-count"),
        ("p50", "c-count"),
        ("p95", "c-count"),
        ("In time and well", "c-count"),
        ("Failed", "c-count"),
    )
    rows = [_variant(context, name, item) for item in found["items"]]
    other = found["other"]
    if other:
        rows.append(
            [html.Span(f"{plural(other['variants'], 'other way', 'other ways')}", className="muted"), *_figures(other)]
        )
    aside = html.Span(
        f"{plural(found['variants'], 'way', 'ways')}, {plural(found['transactions'], 'transaction')} that ended",
        className="muted",
    )
    return section("Variants", data_table(columns, rows, "variants"), aside=aside)


def _variant(context: PageContext, name: str, item: Row) -> list[Node]:
    target = context.state.link("/transactions", flow=name, variant=item["variant"])
    steps: list[Node] = []
    for step in item["steps"]:
        title, outcome, times = step_name(step)
        style = "way-step is-error" if outcome == "failed" else "way-step"
        parts = [icon("cross") if outcome == "failed" else None, title]
        if outcome:
            parts.append(html.Span(f" {outcome}", className="small"))
        if times > 1:
            parts.append(html.Span(" repeated", className="muted small"))
        steps.append(html.Li(parts, className=style))
    way = html.Ol(steps, className="way") if steps else html.Span("no milestone at all")
    return [link(way, target, "row-link"), *_figures(item)]


def _figures(item: Row) -> list[Node]:
    return [
        html.Span(count(item["count"]), className="num"),
        html.Span(ratio(item["share"]), className="num"),
        html.Span(duration(item["p50_ms"]), className="num"),
        html.Span(duration(item["p95_ms"]), className="num"),
        html.Span(ratio(item["achieved"]) if item["achieved"] is not None else "unknown", className="num"),
        html.Span(count(item["failed"]), className="num over" if item["failed"] else "num muted"),
    ]


def rework_view(context: PageContext, name: str) -> Node:
    """Return what was done more than once and what it cost."""
    found = context.reader.rework(name, context.window.since, context.window.until)
    parts: list[Node] = [html.P(rework_sentence(found), className="lead")]
    if found["items"]:
        parts.append(_repeats(context, found["items"]))
    back = section("Steps back", _loops(found["loops"])) if found["loops"] else None
    return html.Div([section("Rework", parts), back])


def _repeats(context: PageContext, items: Sequence[Row]) -> Node:
    columns = (
        ("Milestone", "c-name"),
        ("Transactions", "c-count"),
        ("Share", "c-count"),
        ("Repeats", "c-count"),
        ("After another", "c-count"),
        ("p50 cost", "c-count"),
        ("p95 cost", "c-count"),
        ("All of it", "c-count"),
        ("Example", ""),
    )
    rows = [
        [
            html.Div(
                [
                    html.Span(label(item["milestone"]), className="strong"),
                    html.Div("repeats are expected", className="muted small") if item["expected"] else None,
                ]
            ),
            html.Span(count(item["transactions"]), className="num"),
            html.Span(ratio(item["share"]), className="num"),
            html.Span(count(item["repeats"]), className="num"),
            html.Span(count(item["loops"]), className="num"),
            html.Span(duration(item["p50_ms"]), className="num"),
            html.Span(duration(item["p95_ms"]), className="num"),
            html.Span(duration(item["total_ms"]), className="num"),
            link(
                html.Code(item["sample_transaction_id"][:8]),
                context.state.link(page_path("transactions", item["sample_transaction_id"])),
            ),
        ]
        for item in items
    ]
    return data_table(columns, rows)


def _loops(loops: Sequence[Row]) -> Node:
    columns = (
        ("From", "c-name"),
        ("Back to", "c-name"),
        ("Times", "c-count"),
        ("Transactions", "c-count"),
        ("p50 lost", "c-count"),
        ("p95 lost", "c-count"),
    )
    rows = [
        [
            html.Span(label(loop["from"])),
            html.Span(label(loop["to"]), className="strong"),
            html.Span(count(loop["times"]), className="num"),
            html.Span(count(loop["transactions"]), className="num"),
            html.Span(duration(loop["p50_ms"]), className="num"),
            html.Span(duration(loop["p95_ms"]), className="num"),
        ]
        for loop in loops
    ]
    return data_table(columns, rows)


def risk_view(context: PageContext, name: str) -> Node:
    """Return the open transactions that will probably miss their deadline."""
    found = context.reader.at_risk(name)
    if not found["items"]:
        return section(
            "At risk",
            empty(
                "No open transaction is known to be at risk.",
                "Those with too few comparable earlier transactions are not judged; they may still be late.",
            ),
        )
    columns = (("Transaction", "c-name"), ("Chance of a breach", "c-count"), ("Deadline", ""))
    rows = [_risk(context, item) for item in found["items"][:50]]
    whole = found["flows"].get(name, len(found["items"]))
    every = link(f"All {count(whole)}", context.state.link("/transactions", flow=name, at_risk="true"), "button")
    return section("At risk", data_table(columns, rows), aside=every)


def _risk(context: PageContext, item: Row) -> list[Node]:
    target = context.state.link(page_path("transactions", item["transaction_id"]))
    return [
        link(html.Code(item["transaction_id"][:12]), target, "row-link"),
        html.Span(chance(item["probability"]), className="num over"),
        when(item["deadline_at"], context.zone, context.now, relative=True),
    ]
