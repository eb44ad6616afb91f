"""
What runs of a step look like, in a window and in the time before it; pure.

A *shape* is what one run of a step did: the calls it made and the log templates it wrote (its events), and what it
complained of (its errors). Two things are told from them. A run complains of what such runs did not complain of. Or
an event that runs of this step usually have is gone and nothing stands in its place: the run was cut short. A run
with events never seen before is a path that the baseline does not know, so nothing is missing from it.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

USUAL_RATIO = 0.5
"""An event is usual when at least this part of the runs of a step have it; counts decide how telling its absence is."""
_SEEN_TWICE = 2
_WORTH_A_LOOK = 2.0
ANY_EVENT = 0
"""Stands for "at least one event"."""


class Step(NamedTuple):
    """System, operation, and the operation around it in the same system (empty where a run is entered)."""

    system: str
    operation: str
    around: str


class Sample(NamedTuple):
    """One run: its trace and its span, in hexadecimal."""

    trace_id: str
    span_id: str


@dataclass(frozen=True)
class Shape:
    """
    Runs of one step that look alike.

    Attributes:
        step: The step.
        peer: The system called, empty when there is none.
        in_window: Whether these runs are of the window; else they are of the baseline.
        events: Hashes of the calls made and of the log templates written.
        errors: Hashes of the warnings, errors and failed states.
        runs: How many.
        mean_log_ms: Mean of the binary logarithm of their own time, in milliseconds plus the floor.
        slowest: The run that took longest by itself.
        samples: Some of them: those of the traces with the smallest hash, so that shapes share traces.
    """

    step: Step
    peer: str
    in_window: bool
    events: frozenset[int]
    errors: frozenset[int]
    runs: int
    mean_log_ms: float
    slowest: Sample
    samples: tuple[Sample, ...]


class Deviation(NamedTuple):
    """Something that runs of a step have or lack: *kind* is ``error`` or ``vanished``, *known* their known errors."""

    kind: str
    step: Step
    known: frozenset[int]
    event: int


@dataclass
class Tally:
    """How often a deviation was seen, of how many runs, in the window and in the baseline, and in which shapes."""

    runs: int = 0
    of: int = 0
    baseline_runs: int = 0
    baseline_of: int = 0
    shapes: tuple[Shape, ...] = ()

    def surprise(self, explained: float = 0.0, baseline_explained: float = 0.0) -> float:
        """
        Return the log-likelihood ratio of the window's rate against the baseline's; 0 when it did not rise.

        Args:
            explained: Part of the runs of the window that something deeper in their traces accounts for.
            baseline_explained: The same for the baseline.
        """
        runs, of = self.runs * (1 - explained), self.of - self.runs * explained
        before = self.baseline_runs * (1 - baseline_explained)
        before_of = self.baseline_of - self.baseline_runs * baseline_explained
        return rise(runs, of, (before + 0.5) / (before_of + 1))


def rise(runs: float, of: float, expected_ratio: float) -> float:
    """Return the binomial log-likelihood ratio of *runs* of *of* against *expected_ratio*, 0 when they are not more."""
    if runs <= of * expected_ratio:
        return 0.0
    likelihood = runs * math.log(runs / (of * expected_ratio))
    if of > runs:
        likelihood += (of - runs) * math.log((of - runs) / (of * (1 - expected_ratio)))
    return likelihood


def deviations(shapes: Sequence[Shape]) -> dict[Deviation, Tally]:
    """Return what became more frequent in the window than the baseline lets expect."""
    known, seen = _known_errors(shapes), _known_events(shapes)
    usual = _usual_events(shapes, known)
    totals: dict[tuple[Step, bool], int] = defaultdict(int)
    judged: dict[tuple[Step, frozenset[int], bool], int] = defaultdict(int)
    found: dict[Deviation, list[Shape]] = defaultdict(list)
    for shape in shapes:
        totals[shape.step, shape.in_window] += shape.runs
        for error in shape.errors:
            found[Deviation("error", shape.step, frozenset(), error)].append(shape)
        if shape.in_window and not shape.events <= seen[shape.step]:
            continue
        alike = shape.errors & known[shape.step]
        judged[shape.step, alike, shape.in_window] += shape.runs
        for event in _missing(shape, usual.get((shape.step, alike), {})):
            found[Deviation("vanished", shape.step, alike, event)].append(shape)
    tallies = {}
    for deviation, having in found.items():
        of, baseline_of = (
            totals[deviation.step, side] if deviation.kind == "error" else judged[deviation.step, deviation.known, side]
            for side in (True, False)
        )
        tally = Tally(
            sum(shape.runs for shape in having if shape.in_window),
            of,
            sum(shape.runs for shape in having if not shape.in_window),
            baseline_of,
            tuple(having),
        )
        if tally.surprise() > _WORTH_A_LOOK:
            tallies[deviation] = tally
    return tallies


def _known_errors(shapes: Sequence[Shape]) -> dict[Step, set[int]]:
    known: dict[Step, set[int]] = defaultdict(set)
    for shape in shapes:
        if not shape.in_window:
            known[shape.step] |= shape.errors
    return known


def _known_events(shapes: Sequence[Shape]) -> dict[Step, set[int]]:
    known: dict[Step, set[int]] = defaultdict(set)
    for shape in shapes:
        if not shape.in_window:
            known[shape.step] |= shape.events
    return known


def _usual_events(
    shapes: Sequence[Shape], known: dict[Step, set[int]]
) -> dict[tuple[Step, frozenset[int]], dict[int, float]]:
    """Per step and known errors: usual events, each with how many events a run that has it has (the median)."""
    total: Counter[tuple[Step, frozenset[int]]] = Counter()
    having: dict[tuple[Step, frozenset[int]], dict[int, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    for shape in shapes:
        if shape.in_window:
            continue
        alike = (shape.step, frozenset(shape.errors & known[shape.step]))
        total[alike] += shape.runs
        for event in _with_any(shape.events):
            having[alike][event][len(shape.events)] += shape.runs
    return {
        alike: {
            event: median(sizes.elements())
            for event, sizes in events.items()
            if sizes.total() >= max(_SEEN_TWICE, USUAL_RATIO * total[alike])
        }
        for alike, events in having.items()
    }


def _missing(shape: Shape, usual: dict[int, float]) -> Iterator[int]:
    has = _with_any(shape.events)
    for event, size in usual.items():
        if event not in has and len(shape.events) < size:
            yield event


def _with_any(events: frozenset[int]) -> frozenset[int]:
    return events | {ANY_EVENT} if events else events
