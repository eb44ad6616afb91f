"""
The map of what depends on what: systems and queues as boxes, edges as ribbons, in pixels; pure.

A message hop that went through a queue is two edges, into the queue and out of it, so that the queue is seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from dashboards.formats import count, duration, ratio
from dashboards.views.layers import Place, lay_out

Row = Mapping[str, Any]
COLUMN_PX, ROW_PX = 236, 66
NODE_WIDTH_PX, NODE_HEIGHT_PX = 168, 46
_MOST_EDGES = 150
_THINNEST_PX, _THICKEST_PX = 1.5, 7.0
_ERRORS_SHOWN = 0.01


@dataclass(frozen=True)
class Box:
    """A node: name, title, category, whether it is a queue, position in pixels, and what came in."""

    name: str
    title: str
    category: str | None
    left_px: float
    top_px: float
    note: str
    errors: int


@dataclass(frozen=True)
class Ribbon:
    """
    An edge.

    Attributes:
        outline: Closed outline as an SVG path, pixels.
        text: What is read out: from, to, rate, error ratio, p95.
        kind: ``queue`` or ``call``.
        failing: Whether more than one in a hundred fails.
        observed: Whether both sides sent something.
    """

    source: str
    target: str
    outline: str
    text: str
    kind: str
    failing: bool
    observed: bool


@dataclass(frozen=True)
class DependencyMap:
    """The map with its size in pixels."""

    boxes: tuple[Box, ...]
    ribbons: tuple[Ribbon, ...]
    width_px: float
    height_px: float
    left_out: int


def dependency_map(nodes: Sequence[Row], edges: Sequence[Row], seconds: float) -> DependencyMap:
    """
    Return the map of the answer of ``/dependencies``.

    Args:
        nodes: Systems with title and category.
        edges: Edges with calls, errors and p95.
        seconds: Length of the window, for rates.
    """
    known = {node["system"]: node for node in nodes}
    hops = _through_queues(edges)
    kept = sorted(hops.values(), key=lambda hop: -hop["calls"])[:_MOST_EDGES]
    names = {end for hop in kept for end in (hop["source"], hop["target"])}
    layout = lay_out(names, [(hop["source"], hop["target"]) for hop in kept])
    busiest = max((hop["calls"] for hop in kept), default=1)
    ribbons = tuple(
        _ribbon(hop, layout.routes[hop["source"], hop["target"]], busiest, seconds)
        for hop in sorted(kept, key=lambda hop: (hop["errors"] > 0, hop["source"], hop["target"]))
        if (hop["source"], hop["target"]) in layout.routes
    )
    boxes = tuple(_box(name, known.get(name, {}), place, hops) for name, place in layout.places.items())
    return DependencyMap(
        boxes,
        ribbons,
        max(0.0, (layout.layers - 1) * COLUMN_PX + NODE_WIDTH_PX),
        max(0.0, (layout.rows - 1) * ROW_PX + NODE_HEIGHT_PX),
        len(hops) - len(kept),
    )


def _through_queues(edges: Sequence[Row]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Return edges by (source, target, kind), those through a queue cut in two; the slower p95 of several counts."""
    hops: dict[tuple[str, str, str], dict[str, Any]] = {}
    for edge in edges:
        via = edge.get("via")
        cut = via and via not in (edge["source"], edge["target"])
        pairs = [(edge["source"], via), (via, edge["target"])] if cut else [(edge["source"], edge["target"])]
        kind = edge.get("kind") or "call"
        for number, (source, target) in enumerate(pairs):
            hop = hops.setdefault(
                (source, target, kind),
                {
                    "source": source,
                    "target": target,
                    "kind": kind,
                    "calls": 0,
                    "errors": 0,
                    "p95_ms": None,
                    "observed": False,
                },
            )
            hop["calls"] += edge["calls"]
            hop["observed"] |= bool(edge.get("observed", True))
            if number == len(pairs) - 1:
                # What fails and how long it takes is told by the side that takes the message.
                hop["errors"] += edge["errors"]
                told = [value for value in (hop["p95_ms"], edge.get("p95_ms")) if value is not None]
                hop["p95_ms"] = max(told, default=None)
    return hops


def _box(name: str, node: Row, place: Place, hops: Mapping[tuple[str, str, str], Row]) -> Box:
    incoming = [hop for hop in hops.values() if hop["target"] == name]
    calls, errors = (sum(hop[key] for hop in incoming) for key in ("calls", "errors"))
    note = f"{count(calls)} in" + (f", {ratio(errors / calls)} fail" if errors else "") if calls else "only sends"
    return Box(
        name, node.get("title") or name, node.get("category"), place.layer * COLUMN_PX, place.row * ROW_PX, note, errors
    )


def _ribbon(hop: Row, route: Sequence[Place], busiest: int, seconds: float) -> Ribbon:
    width = _THINNEST_PX + (_THICKEST_PX - _THINNEST_PX) * (hop["calls"] / busiest) ** 0.5
    share = hop["errors"] / hop["calls"] if hop["calls"] else 0.0
    way = "through" if hop["kind"] == "queue" else "calls"
    text = (
        f"{hop['source']} {'sends to' if way == 'through' else 'calls'} {hop['target']}: {count(hop['calls'])}"
        f" ({rate(hop['calls'], seconds)}), {ratio(share)} fail, p95 {duration(hop['p95_ms'])}"
        f"{'' if hop['observed'] else ', seen from one side only'}"
    )
    return Ribbon(
        hop["source"],
        hop["target"],
        outline(_points(route), width),
        text,
        hop["kind"],
        share > _ERRORS_SHOWN,
        hop["observed"],
    )


def rate(calls: float, seconds: float) -> str:
    """Return a rate in the unit in which it is readable."""
    per_s = calls / seconds if seconds else 0.0
    if per_s >= 1:
        return f"{per_s:.0f}/s" if per_s >= 10 else f"{per_s:.1f}/s"  # noqa: PLR2004  # one digit below ten
    return f"{per_s * 60:.1f}/min" if per_s * 60 >= 1 else f"{per_s * 3_600:.1f}/h"


def _points(route: Sequence[Place]) -> list[tuple[float, float]]:
    """Return where an edge leaves its source, passes, and enters its target; sides by its direction."""
    rightwards = route[-1].layer >= route[0].layer
    leaves, enters = (NODE_WIDTH_PX, 0) if rightwards else (0, NODE_WIDTH_PX)
    points: list[tuple[float, float]] = [(route[0].layer * COLUMN_PX + leaves, _middle(route[0]))]
    for place in route[1:-1]:
        left, right = place.layer * COLUMN_PX, place.layer * COLUMN_PX + NODE_WIDTH_PX
        sides = (left, right) if rightwards else (right, left)
        points += [(side, _middle(place)) for side in sides]
    points.append((route[-1].layer * COLUMN_PX + enters, _middle(route[-1])))
    return points


def _middle(place: Place) -> float:
    return place.row * ROW_PX + NODE_HEIGHT_PX / 2


def outline(points: Sequence[tuple[float, float]], width: float) -> str:
    """Return the closed outline of a smooth band of *width* through *points*, with an arrow at its end."""
    half = width / 2
    there = _curve(points, -half)
    back = _curve(list(reversed(points)), half)
    (end_x, end_y), (before_x, _) = points[-1], points[-2]
    tip = 7 if end_x >= before_x else -7
    arrow = (
        f"L{end_x - tip:.1f} {end_y - half - 4:.1f}L{end_x:.1f} {end_y:.1f}L{end_x - tip:.1f} {end_y + half + 4:.1f}"
    )
    start = f"M{points[0][0]:.1f} {points[0][1] - half:.1f}"
    return f"{start}{there}{arrow}L{end_x:.1f} {end_y + half:.1f}{back}Z"


def _curve(points: Sequence[tuple[float, float]], shift: float) -> str:
    parts = []
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (x + to_x) / 2
        parts.append(f"C{middle:.1f} {y + shift:.1f} {middle:.1f} {to_y + shift:.1f} {to_x:.1f} {to_y + shift:.1f}")
    return "".join(parts)
