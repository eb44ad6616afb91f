"""Where trouble starts in a window: what every step of every transaction did, against what it did before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analytics.origin.callers import explained_parts
from analytics.origin.paths import Path, shared_systems
from analytics.origin.rank import Suspect, rank_systems
from analytics.origin.shapes import Deviation, Sample, Shape, Step, Tally, deviations
from analytics.origin.slowness import FLOOR_MS
from analytics.origin.templates import TEMPLATES
from storage.sqlfiles import load_sql
from storage.store import Store

MAX_SPANS = 1_000_000
"""More than these are thinned out by whole traces; memory of the comparison goes with their number."""
_TEXTS_FROM = 40


@dataclass(frozen=True)
class Window:
    """
    What to compare.

    Attributes:
        since: Start of the time in question, aware.
        until: Its end, exclusive.
        baseline_since: Start of the time taken as normal; what lies in the window is left out of it.
        baseline_until: Its end, exclusive.
        flow: Only transactions of this flow; empty for all.
    """

    since: datetime
    until: datetime
    baseline_since: datetime
    baseline_until: datetime
    flow: str = ""

    def params(self) -> dict[str, Any]:
        """Return the four times as query parameters."""
        return {
            "since": self.since,
            "until": self.until,
            "baseline_since": self.baseline_since,
            "baseline_until": self.baseline_until,
        }


def suspects(store: Store, window: Window, named: dict[str, list[str]]) -> list[Suspect]:
    """
    Return the systems where the trouble of *window* starts, best first.

    Args:
        store: The engine.
        window: What to compare.
        named: ``services`` and the ``systems`` they stand for, parallel.
    """
    params: dict[str, Any] = {**window.params(), **named, **TEMPLATES, "traces": [], "floor_ms": FLOOR_MS}
    if window.flow:
        rows = store.rows(_sql("window_traces"), {**window.params(), "flow": window.flow})
        params["traces"] = [row["trace"] for row in rows]
        if not rows:
            return []
    params["every"] = 1 + store.value(_sql("window_size"), window.params()) // MAX_SPANS
    shapes = [_shape(row) for row in store.rows(_sql("window_shapes"), params)]
    found = deviations(shapes)
    explained = explained_parts(found, _calls(store, params, found))
    paths = [Path(*row.values()) for row in store.rows(_sql("window_paths"), {**window.params(), "flow": window.flow})]
    return rank_systems(shapes, found, explained, _texts(store, params, shapes, found), shared_systems(paths))


def _calls(store: Store, params: dict[str, Any], found: dict[Deviation, Tally]) -> dict[Sample, tuple[str, str]]:
    traces = {sample.trace_id for tally in found.values() for shape in tally.shapes for sample in shape.samples}
    if not traces:
        return {}
    rows = store.rows(_sql("window_callers"), params | {"sampled": sorted(traces)})
    return {Sample(row["trace"], row["span"]): (row["above"], row["system"]) for row in rows}


def _texts(store: Store, params: dict[str, Any], shapes: list[Shape], found: dict[Deviation, Tally]) -> dict[int, str]:
    """Return what the events and errors of the strongest deviations stand for, looked up where they were seen."""
    strongest = sorted(found, key=lambda deviation: -found[deviation].surprise())[:_TEXTS_FROM]
    wanted = {(deviation.step, deviation.event, deviation.kind == "error") for deviation in strongest}
    seen = {
        (shape.step, event, is_error): shape.samples[0].trace_id
        for shape in shapes
        for is_error, events in ((False, shape.events), (True, shape.errors))
        for event in events
        if (shape.step, event, is_error) in wanted
    }
    if not seen:
        return {}
    rows = store.rows(_sql("window_texts"), params | {"sampled": sorted(set(seen.values()))})
    return {row["template"]: row["text"].strip() for row in rows}


def _shape(row: dict[str, Any]) -> Shape:
    return Shape(
        Step(row["system"], row["operation"], row["around"]),
        row["peer"],
        bool(row["in_window"]),
        frozenset(row["events"]),
        frozenset(row["errors"]),
        row["n"],
        row["mean_log_ms"],
        Sample(*row["slowest"]),
        tuple(Sample(*sample[1:]) for sample in row["samples"]),
    )


def _sql(name: str) -> str:
    return load_sql("analytics.origin", f"sql/{name}")
