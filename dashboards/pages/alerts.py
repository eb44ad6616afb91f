"""Alerts: what is open, worst first, with acknowledge and silence; what was, below."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html

from alerting.read import AlertFilter
from dashboards.components import (
    data_table,
    empty,
    icon,
    level_badge,
    link,
    outside_link,
    page_head,
    section,
    tier_badge,
    when,
)
from dashboards.context import Page, PageContext
from dashboards.formats import NOTHING, count, label, plural
from dashboards.links import safe_href
from dashboards.urlstate import page_path

Node = Any
Row = Mapping[str, Any]
_STATE_LEVELS = {"firing": "bad", "pending": "warn", "recovering": "warn", "resolved": "good"}
SILENCE_CHOICES = (("1h", "1 h"), ("4h", "4 h"), ("24h", "24 h"))
_CLOSED_SHOWN = 50


def render(context: PageContext) -> Page:
    """Draw open alerts and the latest closed ones."""
    wanted_flow, wanted_id = context.state.get("flow"), context.state.get("id")
    reads = context.alerts.read
    open_ones = [row for row in reads.open_alerts() if _matches(row, wanted_flow, wanted_id)]
    pending, closed = (
        [
            row
            for row in reads.alerts(AlertFilter(state=state, limit=_CLOSED_SHOWN))["items"]
            if _matches(row, wanted_flow, wanted_id)
        ]
        for state in ("pending", "resolved")
    )
    silences = [row for row in reads.silences() if row["state"] != "expired"]
    body = html.Div(
        [
            page_head(
                plural(len(open_ones), "open alert"),
                detail="One alert per rule and flow, never one per transaction.",
                actions=_head_actions(context, bool(wanted_flow or wanted_id)),
            ),
            _open(context, open_ones),
            section("Waiting to fire", _table(context, pending)) if pending else None,
            section("Silences", _silences(context, silences)) if silences else None,
            section("Closed", _table(context, closed)) if closed else None,
        ]
    )
    return Page("Alerts", body, "alerts")


def _head_actions(context: PageContext, narrowed: bool) -> Node:
    return [
        link("Show all", context.state.link(flow=None, id=None), "button") if narrowed else None,
        dcc.Input(
            id="acting-as",
            type="text",
            placeholder="Your name",
            persistence=True,
            autoComplete="name",
            maxLength=60,
            className="acting-as",
        ),
    ]


def _matches(row: Row, flow: str, alert_id: str) -> bool:
    named = (str(row["id"]), str(row.get("fingerprint", "")))
    return (not flow or (row.get("flow") or "unclassified") == flow) and (not alert_id or alert_id in named)


def _open(context: PageContext, alerts: Sequence[Row]) -> Node:
    if not alerts:
        return empty(
            "No alert is open.", "That says that no rule fires; the overview says whether everything could be judged."
        )
    ordered = sorted(
        alerts, key=lambda row: (bool(row.get("acked_at")), row.get("tier") or 99, str(row.get("starts_at")))
    )
    return html.Ol([_card(context, row) for row in ordered], className="alerts")


def _card(context: PageContext, row: Row) -> Node:
    muted = "silenced" if row.get("silenced") else "inhibited" if row.get("inhibited") else ""
    level = _STATE_LEVELS.get(row["state"], "unknown")
    head = [
        level_badge(level, label(row["state"])),
        tier_badge(row.get("tier")),
        html.Span(label(row.get("severity") or ""), className="chip") if row.get("severity") else None,
        html.Span(label(muted), className="chip") if muted else None,
        html.Span("State held: its query fails", className="chip chip-hot") if row.get("frozen") else None,
        html.Span(
            ["since ", when(row.get("starts_at"), context.zone, context.now, relative=True)], className="muted small"
        ),
    ]
    facts = [
        html.Span([html.Strong(count(row.get("affected"))), " transactions"])
        if row.get("affected") is not None
        else None,
        html.Span(["oldest ", when(row["oldest_at"], context.zone, context.now, relative=True)])
        if row.get("oldest_at")
        else None,
        html.Span(["owner ", html.Strong(row["owner"])]) if row.get("owner") else None,
        link(["flow ", context.flow_title(row["flow"])], context.state.link(page_path("flows", row["flow"])))
        if row.get("flow")
        else None,
    ]
    return html.Li(
        [
            html.Div(head, className="alert-head"),
            html.H2(row.get("summary") or row["alertname"]),
            html.Div([fact for fact in facts if fact is not None], className="alert-facts"),
            html.Div([_links(row), _buttons(row)], className="alert-actions"),
        ],
        className=f"alert lv-{'unknown' if muted or row.get('acked_at') else level}",
    )


def _links(row: Row) -> Node:
    found = []
    for title, address in (("Transactions", row.get("transactions_url")), ("Runbook", row.get("runbook_url"))):
        href = inside(address)
        if href:
            found.append(
                link(title, href, "button button-main" if title == "Runbook" else "button")
                if href.startswith("/")
                else outside_link(title, href)
            )
    return html.Div(found, className="button-row")


def inside(address: str | None) -> str | None:
    """Return the part of one of our own absolute addresses that works on whatever host this page was opened."""
    href = safe_href(address)
    if href is None or href.startswith("/"):
        return href
    for path in ("/transactions", "/runbooks/", "/alerts"):
        _, found, rest = href.partition(path)
        if found:
            return found + rest
    return href


def _buttons(row: Row) -> Node:
    if row.get("acked_at"):
        return html.Span(
            [icon("check"), f"acknowledged by {row.get('acked_by') or 'somebody'}"], className="muted small"
        )
    identity = str(row["id"])
    silence = [
        html.Button(
            text, id={"action": "silence", "alert": identity, "length": length}, n_clicks=0, className="menu-item"
        )
        for length, text in SILENCE_CHOICES
    ]
    return html.Div(
        [
            html.Button("Acknowledge", id={"action": "ack", "alert": identity}, n_clicks=0, className="button"),
            html.Details(
                [html.Summary("Silence"), html.Div(silence, className="menu-items")], className="menu menu-right"
            ),
        ],
        className="button-row",
    )


def _table(context: PageContext, alerts: Sequence[Row]) -> Node:
    columns = (
        ("Alert", "c-name"),
        ("State", ""),
        ("Tier", ""),
        ("Flow", ""),
        ("Started", ""),
        ("Ended", ""),
        ("Acknowledged", ""),
    )
    rows = [
        [
            html.Div(
                [
                    html.Span(row["alertname"], className="strong"),
                    html.Div(row.get("summary") or "", className="muted small clip"),
                ]
            ),
            level_badge(_STATE_LEVELS.get(row["state"], "unknown"), label(row["state"])),
            tier_badge(row.get("tier")),
            html.Span(context.flow_title(row["flow"]) if row.get("flow") else NOTHING),
            when(row.get("starts_at"), context.zone, context.now),
            when(row.get("ends_at"), context.zone, context.now),
            html.Span(row.get("acked_by") or NOTHING),
        ]
        for row in alerts
    ]
    return data_table(columns, rows)


def _silences(context: PageContext, silences: Sequence[Row]) -> Node:
    columns = (("What", "c-name"), ("Until", ""), ("By", ""), ("Why", "c-grow"), ("", ""))
    rows = [
        [
            html.Span(", ".join(f"{part['name']} {part['operator']} {part['value']}" for part in row["matchers"])),
            when(row["ends_at"], context.zone, context.now),
            html.Span(row.get("created_by") or NOTHING),
            html.Span(row.get("comment") or NOTHING, className="clip"),
            html.Button("End", id={"action": "unsilence", "silence": row["id"]}, n_clicks=0, className="button"),
        ]
        for row in silences
    ]
    return data_table(columns, rows)
