"""The small parts every page is made of: badges, times, tables, notices. Text goes in as text, never as markup."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from dash import dcc, html

from dashboards.formats import NOTHING, ago, clock_time, full_time
from dashboards.links import safe_href
from dashboards.views.health import STATE_WORDS
from dashboards.views.transaction import STATUS_WORDS

Node = Any
STATUS_ICONS = {
    "completed": "check",
    "completed_late": "clock",
    "failed": "cross",
    "stuck": "pause",
    "unknown": "question",
    "in_progress": "arrow",
}
STATE_ICONS = {
    "failing": "cross",
    "stuck": "pause",
    "late": "clock",
    "slow": "clock",
    "unknown": "question",
    "quiet": "question",
    "ok": "check",
}
CATEGORIES = ("erp", "middleware", "identity", "queue", "saas", "gateway", "database", "network", "unknown")
LEVEL_ICONS = {"bad": "cross", "warn": "alert", "unknown": "question", "good": "check", "info": "arrow"}


_HIDDEN: dict[str, Any] = {"aria-hidden": "true"}


def aria(text: str) -> dict[str, Any]:
    """Return the property that names a part to screen readers."""
    return {"aria-label": text}


def _card_label(title: str) -> dict[str, Any]:
    return {"data-label": title}


def icon(name: str) -> Node:
    """Return a drawn icon; it repeats what the text beside it says, so screen readers skip it."""
    return html.I(className=f"icon icon-{name}", **_HIDDEN)


def status_badge(status: str) -> Node:
    """Return a transaction's status with its icon."""
    known = status if status in STATUS_WORDS else "unknown"
    return html.Span(
        [icon(STATUS_ICONS[known]), STATUS_WORDS.get(status, status or "Unknown")], className=f"badge st-{known}"
    )


def state_badge(state: str) -> Node:
    """Return a flow's state with its icon."""
    return html.Span([icon(STATE_ICONS[state]), STATE_WORDS[state]], className=f"badge st-{state}")


def level_badge(level: str, text: str) -> Node:
    """Return a badge of a general level: bad, warn, unknown, good, info."""
    return html.Span([icon(LEVEL_ICONS[level]), text], className=f"badge lv-{level}")


def tier_badge(tier: int | None) -> Node:
    """Return the tier; a flow outside the catalog has none."""
    if not tier:
        return html.Span("no tier", className="tier tier-0")
    return html.Span(f"Tier {tier}", className=f"tier tier-{min(int(tier), 4)}")


def category_dot(category: str | None) -> Node:
    """Return the coloured mark of a system category."""
    return html.I(className=f"dot {category_class(category)}", title=category or "unknown category")


def category_class(category: str | None) -> str:
    """Return the class that colours a category; a category nobody defined is coloured as unknown."""
    return f"cat-{category if category in CATEGORIES else 'unknown'}"


def system_name(system: str | None, category: str | None) -> Node:
    """Return a system with the mark of its category."""
    return html.Span([category_dot(category), system or "unknown system"], className="system")


def when(value: str | datetime | None, zone: tzinfo, now: datetime, *, relative: bool = False) -> Node:
    """Return a time, its full form in the tooltip."""
    if not value:
        return html.Span(NOTHING, className="muted")
    text = ago(value, now) if relative else clock_time(value, zone, now)
    return html.Time(text, title=full_time(value, zone), dateTime=str(value), className="num")


def link(children: Node, href: str, class_name: str = "") -> Node:
    """Return a link inside the site, or plain text when the address is none of ours."""
    return dcc.Link(children, href=href, className=class_name) if safe_href(href) else html.Span(children)


def outside_link(children: Node, address: str | None) -> Node:
    """Return a link to an http(s) address in a tab of its own, or plain text when it is none."""
    href = safe_href(address)
    if href is None:
        return html.Span(children)
    return html.A(children, href=href, target="_blank", rel="noopener noreferrer")


def section(title: Node, children: Node, *, aside: Node = None, anchor: str = "", class_name: str = "") -> Node:
    """Return a titled part of a page."""
    head = html.Div([html.H2(title), html.Div(aside, className="section-aside")], className="section-head")
    props: dict[str, Any] = {"id": anchor} if anchor else {}
    return html.Section(
        [head, html.Div(children, className="section-body")], className=f"section {class_name}", **props
    )


def figure_tile(title: str, value: Node, note: Node = None, level: str = "") -> Node:
    """Return one headline figure with what it is measured against."""
    return html.Div(
        [
            html.Div(title, className="tile-title"),
            html.Div(value, className="tile-value num"),
            html.Div(note, className="tile-note"),
        ],
        className=f"tile lv-{level}" if level else "tile",
    )


def data_table(
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[Node]],
    class_name: str = "",
    headings: Mapping[str, Node] | None = None,
) -> Node:
    """
    Return a table that becomes a list of cards on a narrow screen.

    Args:
        columns: (title, class of the column); the title labels the cell on a card.
        rows: Cells, one sequence a row.
        class_name: Class of the table.
        headings: What stands in the head instead of a title, e.g. a link that sorts.
    """
    replaced = headings or {}
    head = html.Thead(
        html.Tr([html.Th(replaced.get(title, title), className=style, scope="col") for title, style in columns])
    )
    body = html.Tbody([html.Tr(_cells(columns, row)) for row in rows])
    return html.Div(html.Table([head, body], className=f"data {class_name}"), className="table-scroll")


def _cells(columns: Sequence[tuple[str, str]], row: Sequence[Node]) -> list[Node]:
    return [
        html.Td(value, className=style, **_card_label(title))
        for (title, style), value in zip(columns, row, strict=True)
    ]


def definition_list(pairs: Sequence[tuple[str, Node]]) -> Node:
    """Return names with their values."""
    return html.Dl([part for name, value in pairs for part in (html.Dt(name), html.Dd(value))], className="facts")


def empty(title: str, explanation: Node = None) -> Node:
    """Return what stands where there is nothing to show: what that means and what to do."""
    return html.Div([html.P(title, className="empty-title"), html.Div(explanation)], className="empty")


def notice(level: str, title: str, explanation: Node = None) -> Node:
    """Return a message in the page."""
    return html.Div(
        [icon(LEVEL_ICONS[level]), html.Div([html.Strong(title), html.Div(explanation)])],
        className=f"notice lv-{level}",
        role="alert" if level == "bad" else "status",
    )


def page_head(title: Node, *, eyebrow: Node = None, detail: Node = None, actions: Node = None) -> Node:
    """Return the head of a page."""
    return html.Header(
        [
            html.Div(
                [
                    html.Div(eyebrow, className="eyebrow"),
                    html.H1(title, tabIndex=-1, id="page-title"),
                    html.Div(detail, className="page-detail"),
                ]
            ),
            html.Div(actions, className="page-actions"),
        ],
        className="page-head",
    )


def attribute_list(attributes: Mapping[str, Any], limit: int = 60) -> Node:
    """Return attributes by name; beyond *limit* it is said how many are left out."""
    names = sorted(attributes)
    shown = [(name, html.Span(str(attributes[name]), className="value")) for name in names[:limit]]
    more = html.P(f"{len(names) - limit} more attributes are not shown", className="muted") if names[limit:] else None
    return html.Div([definition_list(shown), more], className="attributes")


def menu(title: Node, items: Sequence[Node], class_name: str = "") -> Node:
    """Return a button that opens a list of links; the script of the pages closes it again."""
    return html.Details(
        [html.Summary(title), html.Div(list(items), className="menu-items")], className=f"menu {class_name}"
    )
