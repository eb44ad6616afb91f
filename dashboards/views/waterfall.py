"""
A transaction's evidence on one time axis: a row per span and event, in call order.

Integration work is milliseconds of work between hours of waiting. On a linear axis every span would be a hair, so
long idle gaps are folded to a narrow strip that says how long they are, and what lies between is drawn to scale.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.formats import instant

Row = Mapping[str, Any]
MAX_FOLDS = 8
_FOLD_WIDTH = 0.045
_MIN_CLUSTER_SHARE = 0.35
_SAME_NAME_KEPT = 3


@dataclass(frozen=True)
class Mark:
    """One piece of evidence: times in milliseconds since the first one."""

    key: str
    parent: str
    kind: str
    name: str
    system: str
    category: str
    start_ms: float
    end_ms: float
    is_error: bool
    milestone: str = ""
    message: str = ""


@dataclass(frozen=True)
class Bar:
    """
    One row of the waterfall.

    Attributes:
        mark: What is drawn; of a row that stands for several, their hull.
        depth: Depth in the call tree.
        left_ratio: Where it starts on the axis, 0 to 1.
        width_ratio: How much of the axis it covers, 0 to 1.
        members: How many pieces of evidence the row stands for.
    """

    mark: Mark
    depth: int
    left_ratio: float
    width_ratio: float
    members: int = 1


@dataclass(frozen=True)
class Fold:
    """A stretch of time in which nothing happened, drawn narrow."""

    left_ratio: float
    width_ratio: float
    gap_ms: float


@dataclass(frozen=True)
class Waterfall:
    """
    Everything that is drawn.

    Attributes:
        bars: Rows, top to bottom.
        folds: Folded gaps, left to right.
        elapsed_ms: From the first evidence to the last.
        hidden: Pieces of evidence that found no row of their own.
        starts_at: Time of the first evidence, as it came; empty when there is none.
    """

    bars: tuple[Bar, ...]
    folds: tuple[Fold, ...]
    elapsed_ms: float
    hidden: int
    starts_at: str


@dataclass(frozen=True)
class _Piece:
    start_ms: float
    end_ms: float
    left: float
    right: float


class Axis:
    """
    A piecewise linear map from milliseconds to [0, 1] in which long gaps are narrow.

    Args:
        intervals: (start, end) of everything drawn, in milliseconds.
    """

    def __init__(self, intervals: Sequence[tuple[float, float]]) -> None:
        clusters = _clusters(intervals)
        self.folds: list[Fold] = []
        self._pieces: list[_Piece] = []
        fold_count = len(clusters) - 1
        room = 1.0 - fold_count * _FOLD_WIDTH
        busy = sum(end - start for start, end in clusters)
        left = 0.0
        for number, (start, end) in enumerate(clusters):
            if number:
                before = clusters[number - 1][1]
                self.folds.append(Fold(left, _FOLD_WIDTH, start - before))
                self._pieces.append(_Piece(before, start, left, left + _FOLD_WIDTH))
                left += _FOLD_WIDTH
            even = 1.0 / len(clusters)
            share = _MIN_CLUSTER_SHARE * even + (1 - _MIN_CLUSTER_SHARE) * ((end - start) / busy if busy else even)
            self._pieces.append(_Piece(start, end, left, left + room * share))
            left += room * share

    def at(self, ms: float) -> float:
        """Return the place of *ms* on the axis, 0 to 1."""
        for piece in self._pieces:
            if ms <= piece.end_ms:
                length = piece.end_ms - piece.start_ms
                part = (ms - piece.start_ms) / length if length > 0 else 0.0
                return piece.left + max(part, 0.0) * (piece.right - piece.left)
        return 1.0


def _clusters(intervals: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    if len(merged) < 2:  # noqa: PLR2004  # one stretch has no gap
        return merged or [(0.0, 0.0)]
    busy = sum(end - start for start, end in merged)
    gaps = sorted(((merged[n + 1][0] - merged[n][1], n) for n in range(len(merged) - 1)), reverse=True)
    threshold = max(busy * 0.5, 1.0)
    folded = {number for gap, number in gaps[:MAX_FOLDS] if gap > threshold}
    clusters = [merged[0]]
    for number in range(1, len(merged)):
        if number - 1 in folded:
            clusters.append(merged[number])
        else:
            clusters[-1] = (clusters[-1][0], merged[number][1])
    return clusters


def build_waterfall(spans: Sequence[Row], events: Sequence[Row], max_rows: int) -> Waterfall:
    """
    Place spans and events on one axis.

    Args:
        spans: Span entries of a transaction's details.
        events: Event entries of the same.
        max_rows: Rows drawn at most; many siblings of one name become one row, then the shortest give way.
    """
    marks, starts_at = _marks(spans, events)
    if not marks:
        return Waterfall((), (), 0.0, 0, "")
    ordered = list(_in_call_order(marks))
    rows = [(mark, depth, 1) for mark, depth in ordered]
    if len(rows) > max_rows:
        rows = _fold_siblings(rows)
    hidden = 0
    if len(rows) > max_rows:
        rows, hidden = _keep_weightiest(rows, max_rows)
    axis = Axis([(mark.start_ms, mark.end_ms) for mark in marks])
    bars = tuple(_bar(axis, mark, depth, members) for mark, depth, members in rows)
    elapsed_ms = max(mark.end_ms for mark in marks)
    return Waterfall(bars, tuple(axis.folds), elapsed_ms, hidden, starts_at)


def _bar(axis: Axis, mark: Mark, depth: int, members: int) -> Bar:
    left = axis.at(mark.start_ms)
    return Bar(mark, depth, left, max(axis.at(mark.end_ms) - left, 0.0), members)


def _marks(spans: Sequence[Row], events: Sequence[Row]) -> tuple[list[Mark], str]:
    timed = [(row, "span", instant(row.get("started_at") or row.get("at"))) for row in spans]
    timed += [(row, "event", instant(row.get("at") or row.get("started_at"))) for row in events]
    known = [(row, kind, at) for row, kind, at in timed if at is not None]
    if not known:
        return [], ""
    zero = min(at for _, _, at in known)
    marks = [_mark(row, kind, (at - zero).total_seconds() * 1_000) for row, kind, at in known]
    return marks, zero.isoformat()


def _mark(row: Row, kind: str, start_ms: float) -> Mark:
    is_span = kind == "span"
    return Mark(
        key=span_key(row) if is_span else f"{row.get('source', '')}#{row.get('id', '')}",
        parent=f"{row.get('trace_id', '')}:{row['parent_span_id']}" if row.get("parent_span_id") else "",
        kind=kind,
        name=str(row.get("name") or row.get("type") or row.get("milestone") or kind),
        system=str(row.get("system") or row.get("service") or row.get("source") or ""),
        category=str(row.get("category") or "unknown"),
        start_ms=start_ms,
        end_ms=start_ms + float(row.get("duration_ms") or 0.0),
        is_error=is_failure(row),
        milestone=str(row.get("milestone") or ""),
        message=str(row.get("status_message") or ""),
    )


def span_key(row: Row) -> str:
    """Return what names a span in an address: trace and span id."""
    return f"{row.get('trace_id', '')}:{row.get('span_id', '')}"


def is_failure(row: Row) -> bool:
    """Whether a span or event entry reports an error."""
    return bool(row.get("is_error")) or row.get("status") == "error" or row.get("outcome") == "error"


def _in_call_order(marks: Sequence[Mark]) -> Iterator[tuple[Mark, int]]:
    keys = {mark.key for mark in marks}
    children: dict[str, list[Mark]] = {}
    for mark in marks:
        parent = mark.parent if mark.parent in keys and mark.parent != mark.key else ""
        children.setdefault(parent, []).append(mark)
    for siblings in children.values():
        siblings.sort(key=lambda mark: (mark.start_ms, -mark.end_ms, mark.key), reverse=True)
    stack = [(mark, 0) for mark in children.get("", [])]
    seen: set[str] = set()
    while stack:
        mark, depth = stack.pop()
        yield mark, depth
        if mark.key not in seen:
            seen.add(mark.key)
            stack.extend((child, depth + 1) for child in children.get(mark.key, []))
    yield from ((mark, 0) for mark in marks if mark.key not in seen and mark.kind == "span")


def _fold_siblings(rows: list[tuple[Mark, int, int]]) -> list[tuple[Mark, int, int]]:
    """Make one row of many healthy leaves of one name under one parent; failures and callers keep theirs."""
    parents = {mark.parent for mark, _, _ in rows}
    groups: dict[tuple[str, str, str, str], list[Mark]] = {}
    for mark, _, _ in rows:
        if not mark.is_error and mark.key not in parents:
            groups.setdefault(_group(mark), []).append(mark)
    result: list[tuple[Mark, int, int]] = []
    done: set[tuple[str, str, str, str]] = set()
    for mark, depth, members in rows:
        group = groups.get(_group(mark), [])
        if mark.is_error or mark.key in parents or len(group) <= _SAME_NAME_KEPT:
            result.append((mark, depth, members))
        elif _group(mark) not in done:
            done.add(_group(mark))
            result.append((_hull(group), depth, len(group)))
    return result


def _group(mark: Mark) -> tuple[str, str, str, str]:
    return mark.parent, mark.kind, mark.name, mark.system


def _hull(marks: Sequence[Mark]) -> Mark:
    first = marks[0]
    start = min(mark.start_ms for mark in marks)
    end = max(mark.end_ms for mark in marks)
    return Mark(
        first.key, first.parent, first.kind, first.name, first.system, first.category, start, end, False
    )  # a hull of healthy marks


def _keep_weightiest(rows: list[tuple[Mark, int, int]], max_rows: int) -> tuple[list[tuple[Mark, int, int]], int]:
    weight = sorted(
        range(len(rows)),
        key=lambda n: (not rows[n][0].is_error, not rows[n][0].milestone, rows[n][0].start_ms - rows[n][0].end_ms),
    )
    kept = set(weight[:max_rows])
    hidden = sum(members for n, (_, _, members) in enumerate(rows) if n not in kept)
    return [row for n, row in enumerate(rows) if n in kept], hidden


def systems_in(bars: Iterable[Bar]) -> list[tuple[str, str]]:
    """Return (category, system) of every system drawn, in the order of appearance."""
    return list(dict.fromkeys((bar.mark.category, bar.mark.system) for bar in bars))
