"""Exceptions: failures that look alike as one group, with examples, what they have in common, and the runbook."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboards.components import category_dot, data_table, empty, link, page_head, section, when
from dashboards.context import Page, PageContext
from dashboards.formats import count, label, plural
from dashboards.urlstate import page_path

Node = Any
Row = Mapping[str, Any]
_SHOWN = 100
_EXAMPLES = 3


def render(context: PageContext) -> Page:
    """Draw the groups of failures, the largest first."""
    flow = context.state.get("flow")
    groups = context.reader.exceptions(context.window.since, context.window.until, flow, _SHOWN)
    failed = sum(group["transactions"] for group in groups)
    body = html.Div(
        [
            page_head(
                "Exceptions",
                detail="Failures of one flow, milestone, system and message are one group. Wayline holds no message"
                " bodies: replay them in the system where they failed; new attempts are joined to their transaction.",
                actions=link("All flows", context.state.link(flow=None), "button") if flow else None,
            ),
            section(
                "Groups",
                _table(context, groups),
                aside=html.Span(
                    f"{plural(failed, 'failed transaction')} in {plural(len(groups), 'group')}", className="muted"
                )
                if groups
                else None,
            ),
        ]
    )
    return Page("Exceptions", body, "exceptions")


def _table(context: PageContext, groups: Sequence[Row]) -> Node:
    if not groups:
        return empty(
            "Nothing failed in this time range.",
            "That says that no transaction failed; the overview says whether everything could be judged.",
        )
    columns = (
        ("Failure", "c-grow"),
        ("Transactions", "c-count"),
        ("First", ""),
        ("Last", ""),
        ("Examples", ""),
        ("Runbook", ""),
    )
    return data_table(columns, [_row(context, group) for group in groups])


def _row(context: PageContext, group: Row) -> list[Node]:
    origin = group["origin"]
    place = [
        context.flow_title(group["flow"]) if group["flow"] else "in no flow",
        f" at {label(group['milestone'])}" if group["milestone"] else "",
    ]
    system = [category_dot(origin["category"]), " ", origin["system"] or "unknown system"]
    return [
        html.Div(
            [
                html.Div(group["sample_message"] or "no message", className="strong sample clip"),
                html.Div([*place, " · ", *system], className="muted small"),
            ]
        ),
        link(count(group["transactions"]), _list(context, group), "num hot hot-bad"),
        when(group["first_at"], context.zone, context.now, relative=True),
        when(group["last_at"], context.zone, context.now, relative=True),
        html.Ul(
            [
                html.Li(link(html.Code(example[:8]), context.state.link(page_path("transactions", example))))
                for example in group["examples"][:_EXAMPLES]
            ],
            className="plain",
        ),
        html.Ul(
            [
                html.Li(
                    link(
                        runbook["title"],
                        context.state.link(page_path("runbooks", runbook["id"]), tx=group["examples"][0]),
                    )
                )
                for runbook in group["runbooks"][:2]
            ],
            className="plain",
        )
        if group["runbooks"]
        else html.Span("none in the catalog", className="muted"),
    ]


def _list(context: PageContext, group: Row) -> str:
    return context.state.link(
        "/transactions",
        status="failed",
        flow=group["flow"] or "unclassified",
        origin=group["origin"]["system"],
        milestone=f"{group['milestone']}:failed" if group["milestone"] else None,
    )
