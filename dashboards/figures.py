"""
Plotly figures as plain dictionaries, pure functions of query results.

Axes, grid and text take their colours from the stylesheet, so one figure serves light and dark; only traces carry
colours, chosen to read on both grounds and by colour-blind people.
"""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from dashboards.formats import duration, instant

Row = Mapping[str, Any]
Figure = dict[str, Any]

# Blue, amber, vermilion, purple keep apart under the common colour deficiencies (after Okabe and Ito, 2008).
COLOURS = {
    "completed": "#3b8ea5",
    "late": "#d9930d",
    "failed": "#d1495b",
    "stuck": "#8a5fbf",
    "open": "#a9b4c2",
    "p50": "#3b8ea5",
    "p95": "#d9930d",
    "p99": "#d1495b",
    "objective": "#7b8794",
}
_FONT = "Inter, system-ui, sans-serif"
_TICKS_MS = (
    *(1, 5, 20, 100, 500),
    *(1_000, 3_000, 10_000, 30_000),
    *(60_000, 180_000, 600_000, 1_800_000),
    *(3_600_000, 10_800_000, 43_200_000),
    *(86_400_000, 259_200_000, 604_800_000, 2_592_000_000),
)


def bucket_seconds(range_s: float, wanted: int = 60) -> float:
    """Return a round bucket width that cuts *range_s* into about *wanted* buckets."""
    steps = (10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 604800, 2592000)
    return float(next((step for step in steps if range_s / step <= wanted * 1.3), steps[-1]))


def throughput(series: Sequence[Row], zone: tzinfo) -> Figure:
    """
    Return stacked bars of what became of the transactions that started in each bucket.

    Args:
        series: Buckets of a flow with ``at, started, completed, failed, late, stuck``.
        zone: Zone of the time axis.
    """
    times = _times(series, zone)
    parts = [_outcomes(bucket) for bucket in series]
    names = (
        ("completed", "Completed"),
        ("open", "Open"),
        ("late", "Late"),
        ("stuck", "Stuck"),
        ("failed", "Failed"),
    )
    data = [
        {
            "type": "bar",
            "name": title,
            "x": times,
            "y": [part[key] for part in parts],
            "marker": {"color": COLOURS[key], "line": {"width": 0}},
            "hovertemplate": f"{title} %{{y}}<extra></extra>",
        }
        for key, title in names
        if key in ("completed", "failed") or any(part[key] for part in parts)
    ]
    layout = _layout("Transactions started and what became of them") | {"barmode": "stack", "bargap": 0.18}
    layout["yaxis"] |= {"rangemode": "tozero", "tickformat": "~s"}
    return {"data": data, "layout": layout}


def _outcomes(bucket: Row) -> dict[str, int]:
    late, failed, stuck = bucket["late"], bucket["failed"], bucket["stuck"]
    in_time = max(bucket["completed"] - late, 0)
    rest = max(bucket["started"] - max(bucket["completed"], late) - failed - stuck, 0)
    return {"completed": in_time, "late": late, "failed": failed, "stuck": stuck, "open": rest}


def latency(series: Sequence[Row], objective_ms: float | None, zone: tzinfo) -> Figure:
    """
    Return p50, p95 and p99 over time on a logarithmic axis, with the objective as a dashed line.

    Args:
        series: Buckets of a flow with ``at, p50_ms, p95_ms, p99_ms``; null where nothing ended.
        objective_ms: Promised end-to-end time, or None.
        zone: Zone of the time axis.
    """
    times = _times(series, zone)
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "x": times,
            "y": [bucket[f"{name}_ms"] for bucket in series],
            "customdata": [duration(bucket[f"{name}_ms"]) for bucket in series],
            "line": {"color": COLOURS[name], "width": 2},
            "marker": {"size": 4},
            "connectgaps": False,
            "hovertemplate": f"{name} %{{customdata}}<extra></extra>",
        }
        for name in ("p50", "p95", "p99")
    ]
    if objective_ms and times:
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"Objective {duration(objective_ms)}",
                "x": [times[0], times[-1]],
                "y": [objective_ms, objective_ms],
                "line": {"color": COLOURS["objective"], "width": 1.5, "dash": "dash"},
                "hoverinfo": "skip",
            }
        )
    layout = _layout("Time from start to end")
    layout["yaxis"] |= {"type": "log", **_duration_ticks(_measured(series, objective_ms))}
    return {"data": data, "layout": layout}


def _measured(series: Sequence[Row], objective_ms: float | None) -> list[float]:
    values = [bucket[key] for bucket in series for key in ("p50_ms", "p95_ms", "p99_ms")]
    return [value for value in (*values, objective_ms) if value and value > 0]


def _duration_ticks(values: Sequence[float]) -> dict[str, Any]:
    """Label a logarithmic axis of milliseconds with round durations that lie about the values."""
    if not values:
        return {"tickvals": [1_000, 60_000], "ticktext": ["1.0 s", "1 m"], "range": [3, 4.8]}
    low, high = min(values), max(values)
    inside = [tick for tick in _TICKS_MS if low / 3 <= tick <= high * 3]
    return {"tickvals": inside, "ticktext": [duration(tick) for tick in inside]}


def _times(series: Sequence[Row], zone: tzinfo) -> list[str]:
    """Plotly knows no zones: the axis gets local wall-clock times without an offset."""
    moments = [instant(bucket["at"]) for bucket in series]
    return [moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S") for moment in moments if moment]


def _layout(description: str) -> Figure:
    return {
        "meta": {"description": description},
        "autosize": True,
        "height": 280,
        "margin": {"l": 56, "r": 8, "t": 8, "b": 42},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": _FONT, "size": 12},
        "hovermode": "x unified",
        "showlegend": True,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "xanchor": "left"},
        "xaxis": {"type": "date", "showgrid": False, "zeroline": False, "fixedrange": False},
        "yaxis": {"showgrid": True, "zeroline": False, "fixedrange": True, "automargin": True},
        "dragmode": "zoom",
        "uirevision": "keep",
    }
