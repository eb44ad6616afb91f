"""The list of transactions: filters in the address, pages cut by the server, every row a link."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from analytics.read.filters import STATUSES, TransactionFilter
from dashboards.components import CATEGORIES, aria, empty, icon, link, menu, notice, page_head
from dashboards.context import Page, PageContext
from dashboards.formats import label, words
from dashboards.listing import transaction_table
from dashboards.views.transaction import STATUS_WORDS

Node = Any
Row = Mapping[str, Any]
_DEFAULT_SORT = "-started_at"
FILTER_NAMES = ("flow", "status", "tier", "system", "origin", "milestone", "q", "parent", "variant", "at_risk")


def render(context: PageContext) -> Page:
    """Draw one page of the list."""
    wanted, problem = read_filter(context)
    answer = context.reader.transactions(wanted)
    items = answer["items"]
    body = html.Div(
        [
            page_head("Transactions", detail=_summary(context, items, answer["next_cursor"])),
            notice("warn", "Part of the address was not understood.", problem) if problem else None,
            _filters(context),
            transaction_table(context, items, sort=wanted.sort) if items else _nothing(context),
            _pager(context, answer["next_cursor"]),
        ]
    )
    return Page("Transactions", body, "transactions")


def read_filter(context: PageContext) -> tuple[TransactionFilter, str]:
    """Return the filter that the address holds, and what in it had no meaning."""
    state = context.state
    problems = []
    status = tuple(part for part in _parts(state.get("status")) if part in STATUSES)
    if len(status) < len(_parts(state.get("status"))):
        problems.append("there is no such status")
    tiers = tuple(int(part) for part in _parts(state.get("tier")) if part.isdecimal() and len(part) < 4)  # noqa: PLR2004
    if len(tiers) < len(_parts(state.get("tier"))):
        problems.append("a tier is a number")
    at_risk = state.get("at_risk") == "true"
    if state.get("at_risk") not in ("", "true"):
        problems.append("at_risk is true or left out")
    wanted = TransactionFilter(
        flow=_parts(state.get("flow")),
        status=status,
        tier=tiers,
        system=_parts(state.get("system")),
        origin=_parts(state.get("origin")),
        milestone=state.get("milestone"),
        parent=state.get("parent"),
        variant=state.get("variant"),
        at_risk=at_risk,
        # Parts of a batch and transactions under way belong to the list whenever they started.
        since=None if state.get("parent") or at_risk else context.window.since,
        until=None if state.get("parent") or at_risk else context.window.until,
        q=state.get("q").strip(),
        sort=state.get("sort") or _DEFAULT_SORT,
        limit=context.config.page_size,
        cursor=state.get("cursor"),
    )
    return wanted, "; ".join(problems)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def _summary(context: PageContext, items: Sequence[Row], cursor: str | None) -> Node:
    if not items:
        return None
    page = "More follow" if cursor else "These are all" if not context.state.get("cursor") else "These are the last"
    return f"{len(items)} shown. {page}."


def _filters(context: PageContext) -> Node:
    return html.Div(
        [
            _menu(context, "status", "Status", [(status, STATUS_WORDS[status]) for status in STATUSES]),
            _menu(context, "flow", "Flow", _flow_choices(context)),
            _menu(
                context, "tier", "Tier", [(str(number), f"Tier {number}") for number in sorted(context.catalog.tiers)]
            ),
            _menu(context, "origin", "Origin", [(name, label(name)) for name in CATEGORIES]),
            _menu(context, "system", "System", _system_choices(context)),
            _risk_switch(context),
            *_chips(context),
        ],
        className="filters",
    )


def _flow_choices(context: PageContext) -> list[tuple[str, str]]:
    flows = sorted((flow.label, flow.name) for flow in context.catalog.flows.values())
    return [*((name, title) for title, name in flows), ("unclassified", "In no flow")]


def _system_choices(context: PageContext) -> list[tuple[str, str]]:
    return sorted(
        ((system.name, system.label) for system in context.catalog.systems.values()), key=lambda pair: pair[1]
    )


def _menu(context: PageContext, name: str, title: str, choices: Sequence[tuple[str, str]]) -> Node:
    chosen = _parts(context.state.get(name))
    items = []
    for value, text in choices:
        others = tuple(part for part in chosen if part != value)
        target = ",".join(others if value in chosen else (*chosen, value))
        style = "menu-item on" if value in chosen else "menu-item"
        items.append(
            link([html.I(className="tick"), text], context.state.link(**{name: target, "cursor": None}), style)
        )
    heading = [title, html.Span(str(len(chosen)), className="count")] if chosen else title
    return menu(heading, items or [html.Span("none known", className="muted")], "on" if chosen else "")


def _risk_switch(context: PageContext) -> Node:
    on = context.state.get("at_risk") == "true"
    target = context.state.link(at_risk=None if on else "true", cursor=None)
    return link([icon("clock"), "At risk"], target, "chip chip-hot" if on else "chip")


def _chips(context: PageContext) -> list[Node]:
    chips = []
    for name in FILTER_NAMES:
        if context.state.get(name) and name != "at_risk":
            text = f"{label(name)}: {words(context.state.get(name)).replace(',', ', ')}"
            target = context.state.link(**{name: None, "cursor": None})
            chips.append(link([text, html.Span(" \u00d7", **aria("remove"))], target, "chip"))
    if len(chips) > 1:
        cleared: dict[str, str | None] = dict.fromkeys((*FILTER_NAMES, "cursor", "sort"))
        chips.append(link("Clear all", context.state.link(**cleared), "chip chip-clear"))
    return chips


def _nothing(context: PageContext) -> Node:
    filtered = any(context.state.get(name) for name in FILTER_NAMES)
    if filtered:
        return empty(
            "No transaction matches.",
            [
                "Remove a filter, or take a longer time range. ",
                link("Look at the last 30 days", context.state.link(range="30d", since=None, until=None, cursor=None)),
            ],
        )
    return empty(
        "No transaction started in this time range.",
        ["Take a longer time range, or see ", link("how to send data", context.state.link("/")), "."],
    )


def _pager(context: PageContext, cursor: str | None) -> Node:
    parts = []
    if context.state.get("cursor"):
        parts.append(link("First page", context.state.link(cursor=None), "button"))
    if cursor:
        parts.append(link("Next page", context.state.link(cursor=cursor), "button"))
    return html.Nav(parts, className="pager", **aria("Pages")) if parts else None
