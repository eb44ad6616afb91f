"""Runbooks: the list by flow, and one rendered, filled with a transaction when the address names one."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboards.components import empty, link, notice, page_head, section
from dashboards.context import Page, PageContext
from dashboards.markdown import render_markdown
from dashboards.panels import runbook_text
from dashboards.urlstate import page_path

Node = Any
Row = Mapping[str, Any]


def render_list(context: PageContext) -> Page:
    """Draw the list of runbooks, under each flow that names them."""
    entries = sorted(context.reader.runbooks(), key=lambda entry: (entry.get("title") or entry["id"]).lower())
    if not entries:
        body: Node = empty("There is no runbook.", "Put Markdown files into the catalog's runbooks folder.")
    else:
        flows = sorted({flow for entry in entries for flow in entry.get("flows") or ()})
        groups = [(flow, [entry for entry in entries if flow in (entry.get("flows") or ())]) for flow in flows]
        general = [entry for entry in entries if not entry.get("flows")]
        body = html.Div(
            [
                *[_group(context, _flow(context, flow), members) for flow, members in groups],
                _group(context, "General", general) if general else None,
            ],
            className="groups",
        )
    return Page("Runbooks", html.Div([page_head("Runbooks", detail="What to do, by flow."), body]), "runbooks")


def _group(context: PageContext, title: Node, entries: Sequence[Row]) -> Node:
    items = [
        html.Li(
            link(entry.get("title") or entry["id"], context.state.link(page_path("runbooks", entry["id"])), "row-item")
        )
        for entry in entries
    ]
    return section(title, html.Ul(items, className="item-list"))


def _flow(context: PageContext, flow: str) -> Node:
    return link(context.flow_title(flow), context.state.link(page_path("flows", flow)))


def render_one(context: PageContext) -> Page:
    """Draw the runbook that the address names."""
    runbook_id, transaction = context.state.segments[1], context.state.get("tx")
    runbook = context.reader.runbook(runbook_id, transaction or None)
    title = runbook.get("title") or runbook_id
    filled = (
        notice(
            "info",
            "Filled with a transaction.",
            link("Back to it", context.state.link(page_path("transactions", transaction))),
        )
        if transaction
        else None
    )
    body = html.Div(
        [
            page_head(
                title,
                eyebrow=[link("Runbooks", context.state.link("/runbooks")), html.Code(runbook_id)],
                detail=html.Span([_flow(context, flow) for flow in runbook.get("flows") or ()], className="chips"),
            ),
            filled,
            section("What to do", render_markdown(runbook_text(runbook)), class_name="runbook wide"),
        ]
    )
    return Page(title, body, "runbooks")
