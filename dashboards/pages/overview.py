"""Overview: what is wrong now, then every flow by tier."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from dash import html

from analytics.read.filters import TransactionFilter
from dashboards.charts import against_objective, failure_rate, sparkline
from dashboards.components import data_table, empty, icon, level_badge, link, notice, state_badge, tier_badge, when
from dashboards.context import Page, PageContext
from dashboards.formats import NOTHING, count, plural
from dashboards.urlstate import page_path
from dashboards.views.health import FlowHealth, Verdict, flow_health, flow_key, urgency, verdict

Node = Any
Row = Mapping[str, Any]
_COLUMNS = (
    ("Flow", "c-name"),
    ("State", "c-state"),
    ("Volume", "c-spark"),
    ("Failure rate", "c-rate"),
    ("p95 against objective", "c-p95"),
    ("Late", "c-count"),
    ("Stuck", "c-count"),
    ("Alerts", "c-count"),
)
_ESTATE_ENDPOINT, _ESTATE_EVENTS_URL = "127.0.0.1:4317", "http://127.0.0.1:8080"
"""What ``wayline estate`` takes when nothing is said."""
_LEVEL_WORDS = {"bad": "Needs you now", "warn": "Needs attention", "unknown": "Not certain", "good": "In order"}


def render(context: PageContext) -> Page:
    """Draw the overview."""
    window = context.window
    entries = context.reader.overview(window.since, window.until)
    alerts = list(context.alerts.read.open_alerts())
    blind = [source["source"] for source in context.reader.sources() if source.get("blind")]
    stats = context.reader.stats()
    judged = verdict(entries, alerts, blind, (stats.get("correlation") or {}).get("behind_ms") or 0.0)
    seen = any(entry.get("started") or entry.get("in_progress") for entry in entries)
    risks = context.reader.at_risk()
    body = [_verdict_block(context, judged, alerts, sum(risks["flows"].values()))]
    if context.catalog_problem:
        body.append(
            notice("warn", "The catalog on disk is broken; the last good one is in force.", context.catalog_problem)
        )
    if not seen and not alerts and _no_transaction_ever(context):
        received = (stats.get("ledger") or {}).get("segments")
        body.append(_on_its_way() if received else _how_to_send(context))
    body.append(_matrix(context, entries, alerts))
    return Page("Overview", html.Div(body), "overview")


def _no_transaction_ever(context: PageContext) -> bool:
    return not context.reader.transactions(TransactionFilter(limit=1))["items"]


def _verdict_block(context: PageContext, judged: Verdict, alerts: Sequence[Row], at_risk: int) -> Node:
    links = [
        link(
            [
                state_badge(health.state),
                html.Div(
                    [html.Div(health.title, className="strong"), html.Div(health.reason, className="muted small")]
                ),
            ],
            _trouble_link(context, health),
            "verdict-item",
        )
        for health in judged.flows[:6]
    ]
    unsure = [html.Li(text) for text in judged.unsure[:5]]
    return html.Section(
        [
            html.Div(
                [
                    level_badge(judged.level, _LEVEL_WORDS[judged.level]),
                    html.Div(
                        [
                            link(
                                [icon("clock"), f"{plural(at_risk, 'transaction')} at risk"],
                                context.state.link("/transactions", at_risk="true"),
                                "chip",
                            )
                            if at_risk
                            else None,
                            link(
                                [icon("bell"), plural(len(alerts), "open alert")],
                                context.state.link("/alerts"),
                                f"chip {'chip-hot' if alerts else ''}",
                            ),
                        ],
                        className="chips",
                    ),
                ],
                className="verdict-top",
            ),
            html.H1(judged.headline, tabIndex=-1, id="page-title"),
            html.Div(links, className="verdict-list") if links else None,
            html.Ul(unsure, className="verdict-unsure") if unsure else None,
        ],
        className=f"verdict lv-{judged.level}",
    )


def _trouble_link(context: PageContext, health: FlowHealth) -> str:
    if health.status:
        return context.state.link("/transactions", flow=health.flow, status=health.status)
    return context.state.link(page_path("flows", health.flow))


def _on_its_way() -> Node:
    return empty(
        "Telemetry is stored, transactions are on their way.",
        html.P(
            [
                "They appear as soon as correlation has read what arrived. If this stays, ",
                html.Code("wayline doctor"),
                " says what holds it up.",
            ]
        ),
    )


def _estate_command(context: PageContext) -> str:
    """Return the command that fills this very server, whatever ports it listens on."""
    addresses = dict(context.endpoints)
    words = ["wayline estate --duration 60s"]
    if addresses.get("OTLP/gRPC", _ESTATE_ENDPOINT) != _ESTATE_ENDPOINT:
        words.append(f"--endpoint {addresses['OTLP/gRPC']}")
    events = addresses.get("CloudEvents", "").removeprefix("POST ").removesuffix("/api/v1/events")
    if events not in ("", _ESTATE_EVENTS_URL):
        words.append(f"--events-url {events}")
    return " ".join(words)


def _how_to_send(context: PageContext) -> Node:
    rows = [html.Li([html.Span(name), html.Code(address)]) for name, address in context.endpoints]
    return empty(
        "Nothing is stored yet.",
        [
            html.P("Point an OpenTelemetry exporter or a system that knows only its business key here:"),
            html.Ul(rows, className="endpoints"),
            html.P(
                [
                    "A transaction appears within seconds. Try it with ",
                    html.Code(_estate_command(context)),
                    ".",
                ]
            ),
        ],
    )


def _matrix(context: PageContext, entries: Sequence[Row], alerts: Sequence[Row]) -> Node:
    if not entries:
        return empty(
            "The catalog names no flow.", html.P(["Add one to the catalog and run ", html.Code("wayline check"), "."])
        )
    by_flow: dict[str, int] = {}
    for alert in alerts:
        by_flow[alert.get("flow") or ""] = by_flow.get(alert.get("flow") or "", 0) + 1
    tiers = groupby(sorted(entries, key=_tier_order), key=lambda entry: entry.get("tier"))
    return html.Div([_tier(context, tier, list(group), by_flow) for tier, group in tiers])


def _tier_order(entry: Row) -> tuple[int, str]:
    return entry.get("tier") or 99, entry.get("title") or ""


def _tier(context: PageContext, tier: int | None, entries: Sequence[Row], alerts: Mapping[str, int]) -> Node:
    started = sum(entry.get("started") or 0 for entry in entries)
    head = html.Div(
        [
            html.H2(tier_badge(tier) if tier else "Outside the catalog"),
            html.Span(f"{plural(len(entries), 'flow')}, {plural(started, 'transaction')}", className="muted"),
        ],
        className="section-head",
    )
    # Worst first: at night nobody reads past the first rows.
    ordered = sorted(entries, key=lambda entry: urgency(flow_health(entry)))
    rows = [_flow_row(context, entry, alerts.get(flow_key(entry), 0)) for entry in ordered]
    return html.Section([head, data_table(_COLUMNS, rows, "matrix")], className="section")


def _flow_row(context: PageContext, entry: Row, open_alerts: int) -> list[Node]:
    health = flow_health(entry)
    flow = flow_key(entry)
    allowed = None if entry.get("success_objective") is None else 1 - entry["success_objective"]
    return [
        html.Div(
            [
                link(health.title, context.state.link(page_path("flows", flow)), "strong row-link"),
                html.Div(entry.get("owner") or "no owner in the catalog", className="muted small"),
            ]
        ),
        html.Div([state_badge(health.state), html.Div(_state_note(context, entry, health), className="muted small")]),
        html.Div(
            [sparkline(entry.get("spark") or ()), html.Span(count(entry.get("started")), className="num")],
            className="spark-cell",
        ),
        failure_rate(entry.get("failure_ratio"), allowed),
        against_objective(entry.get("p95_ms"), entry.get("objective_ms")),
        _count_link(entry.get("breaches"), "late", context.state.link("/transactions", flow=flow, sort="-late_by_ms")),
        _count_link(entry.get("stuck"), "bad", context.state.link("/transactions", flow=flow, status="stuck")),
        link(count(open_alerts), context.state.link("/alerts", flow=flow), "num hot")
        if open_alerts
        else html.Span("0", className="num muted"),
    ]


def _state_note(context: PageContext, entry: Row, health: FlowHealth) -> Node:
    if health.state == "quiet" and entry.get("last_at"):
        return ["last seen ", when(entry["last_at"], context.zone, context.now, relative=True)]
    return None if health.state in ("failing", "slow") else health.reason or None


def _count_link(value: int | None, level: str, target: str) -> Node:
    if not value:
        return html.Span(NOTHING if value is None else "0", className="num muted")
    return link(count(value), target, f"num hot hot-{level}")
