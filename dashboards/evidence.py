"""A transaction's evidence drawn: the waterfall, the piece that was picked, the logs."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import html

from dashboards.components import (
    attribute_list,
    category_class,
    category_dot,
    definition_list,
    empty,
    icon,
    level_badge,
    link,
    section,
    system_name,
    when,
)
from dashboards.context import PageContext
from dashboards.formats import NOTHING, clock_time, count, duration, label, plural
from dashboards.views.waterfall import Bar, Waterfall, is_failure, span_key, systems_in

Node = Any
Row = Mapping[str, Any]
_LOGS_SHOWN = 200
_ERROR_SEVERITY = 17
_WARN_SEVERITY = 13
_ROOM_BEHIND = 0.14
_ROOM_INSIDE = 0.3


def waterfall_rows(context: PageContext, row: Row, shape: Waterfall) -> Node:
    """Return the waterfall as rows that can be opened one by one."""
    if not shape.bars:
        return empty("No span or event is stored for this transaction.")
    picked = context.state.get("at")
    legend = [html.Li([category_dot(category), system]) for category, system in systems_in(shape.bars)[:12]]
    rows: list[Node] = []
    for bar in shape.bars:
        rows.append(_bar(context, bar, picked))
        if bar.mark.key == picked:
            rows.append(html.Li(selected_evidence(context, row), className="wf-detail"))
    drawn = any(bar.mark.key == picked for bar in shape.bars)
    hidden = (
        html.P(
            f"{plural(shape.hidden, 'shorter piece', 'shorter pieces')} of evidence not drawn.", className="muted small"
        )
        if shape.hidden
        else None
    )
    return html.Div(
        [
            None if drawn else selected_evidence(context, row),
            html.Ul(legend, className="legend"),
            _ruler(context, shape),
            html.Ol(rows, className="waterfall"),
            hidden,
        ]
    )


def _ruler(context: PageContext, shape: Waterfall) -> Node:
    folds = [
        html.Span(
            duration(fold.gap_ms),
            className="fold-label",
            style={"left": f"{(fold.left_ratio + fold.width_ratio / 2) * 100:.2f}%"},
            title=f"{duration(fold.gap_ms)} in which nothing was seen, drawn narrow",
        )
        for fold in shape.folds
    ]
    start = html.Div(
        ["from ", clock_time(shape.starts_at, context.zone, context.now)], className="wf-name ruler-start num"
    )
    end = html.Span(f"+{duration(shape.elapsed_ms)}", className="ruler-end num")
    return html.Div([start, html.Div([end, *folds], className="wf-track")], className="ruler")


def _bar(context: PageContext, bar: Bar, picked: str) -> Node:
    mark = bar.mark
    times = f" \u00d7{bar.members}" if bar.members > 1 else ""
    name = [
        category_dot(mark.category),
        html.Span(f"{mark.name}{times}", className="wf-label", title=mark.name),
        html.Span(mark.system, className="muted small wf-system"),
    ]
    left, width = bar.left_ratio * 100, bar.width_ratio * 100
    style = {"left": f"{left:.2f}%", "width": f"{max(width, 0.0):.2f}%"}
    shape = "wf-event" if mark.kind == "event" else "wf-bar"
    text = "" if mark.kind == "event" else duration(mark.end_ms - mark.start_ms)
    place, inside_bar = _text_place(bar)
    track = [
        html.I(className=f"{shape} {category_class(mark.category)}{' is-error' if mark.is_error else ''}", style=style),
        html.Span(
            [icon("cross") if mark.is_error else None, text],
            className=f"wf-text num {'wf-inside' if inside_bar else ''}",
            style=place,
        ),
    ]
    inside = [
        html.Div(name, className="wf-name", style={"paddingLeft": f"{min(bar.depth, 12) * 14}px"}),
        html.Div(track, className="wf-track"),
    ]
    target = context.state.link(at=None if picked == mark.key else mark.key)
    style_name = " ".join(
        filter(None, ["wf-row stay", "is-error" if mark.is_error else "", "is-picked" if picked == mark.key else ""])
    )
    return html.Li(link(inside, target, style_name))


def _text_place(bar: Bar) -> tuple[dict[str, str], bool]:
    """Say where the duration goes: inside a long bar, else behind a short one, else before it."""
    left, right = bar.left_ratio * 100, (bar.left_ratio + bar.width_ratio) * 100
    if bar.width_ratio > _ROOM_INSIDE:
        return {"right": f"{100 - right:.2f}%"}, True
    if right > (1 - _ROOM_BEHIND) * 100:
        return {"right": f"{100 - left:.2f}%"}, False
    return {"left": f"{right:.2f}%"}, False


def selected_evidence(context: PageContext, row: Row) -> Node:
    """Return the piece of evidence that the address picks, in full; None when it picks none."""
    picked = context.state.get("at")
    if not picked:
        return None
    found = next((span for span in row.get("spans") or () if span_key(span) == picked), None)
    if found is not None:
        return _span(context, row, found)
    event = next(
        (item for item in row.get("events") or () if f"{item.get('source', '')}#{item.get('id', '')}" == picked), None
    )
    if event is not None:
        return _event(context, event)
    return section(
        "Picked evidence", empty("This piece of evidence is not part of the transaction any more."), anchor="picked"
    )


def _span(context: PageContext, row: Row, span: Row) -> Node:
    facts = [
        ("System", system_name(span.get("system") or span.get("service"), span.get("category"))),
        ("Service", span.get("service") or NOTHING),
        ("Kind", span.get("kind") or NOTHING),
        ("Started", when(span.get("started_at"), context.zone, context.now)),
        ("Took", duration(span.get("duration_ms"))),
        ("Milestone", label(span["milestone"]) if span.get("milestone") else NOTHING),
        ("Trace", html.Code(span.get("trace_id", ""), className="id")),
        ("Span", html.Code(span.get("span_id", ""), className="id")),
    ]
    message = html.P(span["status_message"], className="error-text") if span.get("status_message") else None
    happened = [
        html.Li(
            [
                when(item.get("at"), context.zone, context.now),
                html.Span(item.get("name", ""), className="strong"),
                attribute_list(item.get("attributes") or {}),
            ]
        )
        for item in (span.get("events") or ())[:20]
    ]
    logs = [log for log in row.get("logs") or () if log.get("span_id") == span.get("span_id")]
    parts = [
        message,
        html.Div([definition_list(facts), attribute_list(span.get("attributes") or {})], className="columns"),
        html.Ul(happened, className="plain") if happened else None,
        log_lines(context, logs) if logs else None,
    ]
    badge = level_badge("bad", "Error") if is_failure(span) else None
    return section(
        [span.get("name") or "Span", " ", badge], parts, aside=_close(context), anchor="picked", class_name="picked"
    )


def _event(context: PageContext, event: Row) -> Node:
    facts = [
        ("System", system_name(event.get("system") or event.get("source"), event.get("category"))),
        ("Type", event.get("type") or NOTHING),
        ("At", when(event.get("at"), context.zone, context.now)),
        ("Milestone", label(event["milestone"]) if event.get("milestone") else NOTHING),
        ("Outcome", event.get("outcome") or NOTHING),
        ("Source", event.get("source") or NOTHING),
        ("Id", html.Code(str(event.get("id", "")), className="id")),
    ]
    body = html.Div([definition_list(facts), attribute_list(event.get("attributes") or {})], className="columns")
    badge = level_badge("bad", "Error") if is_failure(event) else None
    return section(
        [str(event.get("type") or "Event"), " ", badge],
        body,
        aside=_close(context),
        anchor="picked",
        class_name="picked",
    )


def _close(context: PageContext) -> Node:
    return link("Close", context.state.link(at=None), "button stay")


def log_lines(context: PageContext, logs: Sequence[Row]) -> Node:
    """Return log records, errors marked; the first ones of many."""
    if not logs:
        return empty("No log record belongs to this transaction.")
    rows = [
        html.Li(
            [
                when(log.get("at"), context.zone, context.now),
                html.Span(log.get("severity") or NOTHING, className=f"sev sev-{_severity(log)}"),
                html.Span(log.get("service") or "", className="muted log-service"),
                html.Span(str(log.get("body") or ""), className="log-body"),
            ],
            className=f"log log-{_severity(log)}",
        )
        for log in logs[:_LOGS_SHOWN]
    ]
    more = html.P(f"{count(len(logs) - _LOGS_SHOWN)} more", className="muted") if logs[_LOGS_SHOWN:] else None
    return html.Div([html.Ol(rows, className="logs"), more])


def _severity(log: Row) -> str:
    number = log.get("severity_number") or 0
    return "error" if number >= _ERROR_SEVERITY else "warn" if number >= _WARN_SEVERITY else "info"
