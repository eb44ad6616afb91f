"""The panels beside a transaction: its clock, its origin, its time, its owner, its names, its runbook."""

from collections.abc import Mapping
from typing import Any

from dash import html

from core.errors import PermanentError
from dashboards.charts import time_bar
from dashboards.components import data_table, definition_list, empty, icon, link, section, system_name, when
from dashboards.context import PageContext
from dashboards.formats import NOTHING, duration, label, ratio
from dashboards.markdown import render_markdown
from dashboards.urlstate import page_path
from dashboards.views.prediction import forecast, spread
from dashboards.views.transaction import (
    confidence_words,
    evidence_target,
    ordered_identifiers,
    sla_clock,
    time_parts,
)

Node = Any
Row = Mapping[str, Any]
_IDENTIFIERS_SHOWN = 30


def clock_panel(context: PageContext, row: Row) -> Node:
    """Return the SLA clock."""
    clock = sla_clock(row, context.now)
    sla = row.get("sla") or {}
    facts = [
        ("Started", when(row.get("started_at"), context.zone, context.now)),
        ("Ended", when(row.get("ended_at"), context.zone, context.now) if row.get("ended_at") else "open"),
        ("Took" if row.get("ended_at") else "So far", duration(row.get("duration_ms"))),
        ("Deadline", when(sla.get("deadline_at"), context.zone, context.now)),
    ]
    face = html.Div(
        [html.Span(clock.headline, className="clock-word"), html.Span(clock.detail)],
        className=f"clock-face lv-{clock.level}",
    )
    return section("SLA clock", [face, definition_list(facts)])


def forecast_panel(context: PageContext, row: Row) -> Node:
    """Return what earlier transactions say about the rest of this one; None for one that has ended."""
    found = forecast(row.get("prediction"))
    if found is None:
        return None
    prediction = row["prediction"]
    facts: list[tuple[str, Node]] = []
    if prediction.get("judged"):
        facts = [
            ("Time left", spread(prediction)),
            ("Expected end", when(prediction.get("expected_end_at"), context.zone, context.now)),
            ("Complete at all", ratio(prediction.get("completes"))),
        ]
    face = html.Div(
        [
            html.Strong(found.headline),
            html.Span(found.detail),
            html.Span(found.basis, className="muted small") if found.basis else None,
        ],
        className=f"forecast lv-{found.level}",
    )
    return section("Forecast", [face, definition_list(facts) if facts else None])


def origin_panel(context: PageContext, row: Row) -> Node:
    """Return where the trouble starts, with the evidence that says so."""
    origin = row.get("origin")
    if not origin:
        trouble = row["status"] in ("failed", "stuck", "completed_late")
        return section("Origin", empty("Not known yet." if trouble else "No trouble to trace.")) if trouble else None
    evidence = [html.Li(_evidence(context, item)) for item in (origin.get("evidence") or ())[:8]]
    head = [
        html.Div(system_name(origin.get("system") or "unknown system", origin["category"]), className="lead"),
        html.Div(
            [label(origin["category"]), html.Span(confidence_words(origin.get("confidence")), className="muted")],
            className="small spread",
        ),
    ]
    return section("Where it starts", [*head, html.Ul(evidence, className="evidence") if evidence else None])


def _evidence(context: PageContext, item: Row) -> Node:
    words = html.Span([str(item.get("why") or item.get("kind") or "evidence"), _particulars(item)])
    if item.get("transaction_id"):
        other = context.state.link(page_path("transactions", item["transaction_id"]))
        return link([icon("arrow"), words], other)
    target = evidence_target(item)
    if not target:
        return html.Span([icon("ring"), words])
    return link([icon("arrow"), words], context.state.link(at=target) + "#picked", "stay")


def _particulars(item: Row) -> Node:
    """Tell apart pieces of evidence that say the same: what was done, and what it said."""
    told = [text for text in (item.get("name"), item.get("message")) if text]
    return html.Span(": ".join(map(str, told)), className="muted small particulars") if told else None


def time_panel(row: Row) -> Node:
    """Return where the elapsed time went."""
    parts = time_parts(row)
    return section("Where the time went", time_bar(parts)) if parts else None


def owner_panel(row: Row) -> Node:
    """Return whom to call."""
    owner = row.get("owner") or {}
    if not owner.get("team"):
        return section("Owner", empty("Nobody is named.", "This flow stands in no catalog."))
    facts = [
        ("Team", html.Strong(owner["team"])),
        ("Process owner", owner.get("process_owner") or NOTHING),
        ("Escalation", owner.get("escalation") or NOTHING),
    ]
    return section("Owner", definition_list(facts))


def identifiers_panel(context: PageContext, row: Row) -> Node:
    """Return every name the transaction has; each finds it again."""
    kept = ordered_identifiers(row.get("identifiers") or ())
    facts = [
        (
            label(item["type"]),
            link(
                html.Span(item["value"], className="id"), context.state.link(page_path("transactions", item["value"]))
            ),
        )
        for item in kept[:_IDENTIFIERS_SHOWN]
    ]
    facts.append(("Transaction", html.Span(row["transaction_id"], className="id")))
    return section("Identifiers", definition_list(facts))


def runbook_panel(context: PageContext, row: Row) -> Node:
    """Return the first runbook filled with this transaction's values, and links to the others."""
    links = row.get("runbooks") or ()
    if not links:
        return None
    first = links[0]
    try:
        runbook = context.reader.runbook(first["id"], row["transaction_id"])
        text = render_markdown(runbook_text(runbook))
    except PermanentError as error:
        # The transaction itself must stay readable whatever is wrong with its runbook.
        text = empty("The runbook cannot be shown.", str(error))
    others = [
        html.Li(link(item["title"], context.state.link(page_path("runbooks", item["id"]), tx=row["transaction_id"])))
        for item in links[1:]
    ]
    more = html.Div([html.H3("Also"), html.Ul(others, className="plain")]) if others else None
    whole = link("Open", context.state.link(page_path("runbooks", first["id"]), tx=row["transaction_id"]), "button")
    return section(["Runbook: ", first["title"]], [text, more], aside=whole, class_name="runbook")


def runbook_text(runbook: Row) -> str:
    """Return a runbook's Markdown, filled where the reader filled it."""
    return str(runbook.get("markdown") or runbook.get("text") or "")


def verdicts_panel(context: PageContext, row: Row) -> Node:
    """Return the verdicts in the order they were given: later evidence amends, nothing is erased."""
    verdicts = row.get("verdicts") or ()
    if not verdicts:
        return None
    columns = (("Rule", ""), ("Verdict", ""), ("As of", ""), ("Decided", ""), ("Revision", ""))
    rows = [
        [
            html.Code(item["rule"]),
            html.Span(item["verdict"]),
            when(item.get("event_at"), context.zone, context.now),
            when(item.get("decided_at"), context.zone, context.now),
            html.Span(str(item.get("revision", "")), className="num"),
        ]
        for item in verdicts[-30:]
    ]
    return section("Verdicts", data_table(columns, rows))
