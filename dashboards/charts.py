"""Small charts of plain boxes: they take the colours of the theme and cost nothing to draw."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html

from dashboards.components import aria
from dashboards.formats import count, duration, plural, ratio, ratio_beside
from dashboards.views.transaction import TimePart

Node = Any
Row = Mapping[str, Any]
_OBJECTIVE_PLACE = 0.8


def sparkline(buckets: Sequence[Row]) -> Node:
    """Return volume over time with the failed part in front, as two skylines on one scale."""
    started = [float(bucket.get("started") or 0) for bucket in buckets]
    failed = [float(bucket.get("failed") or 0) for bucket in buckets]
    top = max(started, default=0.0)
    if top <= 0:
        return html.Div(className="spark spark-empty", title="nothing arrived")
    text = (
        f"{plural(round(sum(started)), 'transaction')}, {count(sum(failed))} failed; at most {count(top)} in one bucket"
    )
    layers = [html.I(className="spark-all", style={"clipPath": skyline(started, top)})]
    if any(failed):
        layers.append(html.I(className="spark-failed", style={"clipPath": skyline(failed, top)}))
    return html.Div(layers, className="spark", title=text, role="img", **aria(text))


def skyline(values: Sequence[float], top: float) -> str:
    """Return a CSS polygon of bars; a value above zero is at least visible."""
    width = 100.0 / len(values)
    points = ["0% 100%"]
    for number, value in enumerate(values):
        height = 100.0 - (max(value / top * 100.0, 6.0) if value > 0 else 0.0)
        left, right = number * width, (number + 1) * width - width * 0.18
        points += [
            f"{left:.1f}% 100%",
            f"{left:.1f}% {height:.1f}%",
            f"{right:.1f}% {height:.1f}%",
            f"{right:.1f}% 100%",
        ]
    return f"polygon({', '.join([*points, '100% 100%'])})"


def histogram(buckets: Sequence[Row]) -> Node:
    """Return a distribution of durations on a logarithmic scale, its ends named; the text says where most are."""
    if not buckets:
        return html.Span("none measured", className="muted")
    counts = [float(bucket["count"]) for bucket in buckets]
    top = max(counts)
    fullest = buckets[counts.index(top)]
    text = (
        f"{plural(round(sum(counts)), 'transaction')}; most, {count(top)}, between {duration(fullest['from_ms'])} and "
        f"{duration(fullest['to_ms'])}"
    )
    bars = html.Div(
        html.I(className="spark-all", style={"clipPath": skyline(counts, top)}),
        className="spark",
        title=text,
        role="img",
        **aria(text),
    )
    ends = [html.Span(duration(buckets[0]["from_ms"])), html.Span(duration(buckets[-1]["to_ms"]))]
    return html.Div([bars, html.Div(ends, className="histogram-ends muted small num")], className="histogram")


def against_objective(value_ms: float | None, objective_ms: float | None) -> Node:
    """Return a duration beside its objective as text and as a bar whose tick is the objective."""
    text = html.Span(duration(value_ms), className="num")
    if value_ms is None or not objective_ms:
        return html.Div([text, html.Span("no objective" if value_ms is not None else "", className="muted small")])
    place = min(value_ms / objective_ms * _OBJECTIVE_PLACE, 1.0) * 100
    level = "over" if value_ms > objective_ms else "within"
    bar = html.I(html.I(style={"width": f"{max(place, 1.5):.1f}%"}), className=f"bullet bullet-{level}")
    return html.Div([html.Div([text, html.Span(f"of {duration(objective_ms)}", className="muted small")]), bar])


def failure_rate(value: float | None, allowed: float | None) -> Node:
    """Return a failure rate beside what is allowed; over it, the word says so besides the colour."""
    if value is None:
        return html.Span("unknown", className="muted")
    over = allowed is not None and value > allowed
    shown, bound = ratio_beside(value, allowed) if allowed is not None else (ratio(value), "")
    note = f"{'over' if over else 'of'} {bound} allowed" if allowed is not None else "no objective"
    return html.Div(
        [html.Span(shown, className=f"num {'over' if over else ''}"), html.Span(note, className="muted small")]
    )


def time_bar(parts: Sequence[TimePart]) -> Node:
    """Return the elapsed time as one bar of its parts, with a legend that carries the figures."""
    bar = [
        html.I(className=f"part part-{part.key}", style={"width": f"{part.share * 100:.2f}%"}, title=part.title)
        for part in parts
        if part.share > 0
    ]
    legend = [
        html.Li(
            [
                html.I(className=f"swatch part-{part.key}"),
                html.Span(part.title),
                html.Span(duration(part.ms), className="num"),
                html.Span(ratio(part.share), className="num muted"),
            ]
        )
        for part in parts
    ]
    return html.Div(
        [html.Div(bar, className="stack", role="presentation"), html.Ul(legend, className="stack-legend")],
        className="panel",
    )


def funnel_bars(steps: Sequence[tuple[Node, int, Node]]) -> Node:
    """Return a milestone funnel: (title, how many reached it, note) per step."""
    top = max((reached for _, reached, _ in steps), default=0) or 1
    rows = [
        html.Li(
            [
                html.Div([title, html.Span(count(reached), className="num")], className="funnel-name"),
                html.Div(html.I(style={"width": f"{reached / top * 100:.1f}%"}), className="funnel-bar"),
                html.Div(note, className="funnel-note"),
            ]
        )
        for title, reached, note in steps
    ]
    return html.Ol(rows, className="funnel")


def graph(identity: str, figure: dict[str, Any], description: str) -> Node:
    """Return a Plotly graph without its tool bar."""
    return html.Div(
        dcc.Graph(id=identity, figure=figure, config={"displayModeBar": False, "responsive": True}),
        className="graph",
        role="img",
        **aria(description),
    )
