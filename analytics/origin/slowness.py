"""
Which system makes steps slow, from how much longer each step takes by itself than before; pure.

The own time of a step that calls nobody speaks for its system alone. The own time of a call is what passes between two
systems, and either may hold it up; a system that does slows every call from it and to it. So each system gets the
least delay that, added to that of the other side, accounts for the calls between them (non-negative least squares with
a small ridge, by coordinate descent).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from analytics.origin.shapes import Sample, Shape

FLOOR_MS = 1.0
"""Added to each time before its logarithm is taken: a millisecond more on a step that takes none is noise."""
_RIDGE = 0.3
_ROUNDS = 60


class Pace(NamedTuple):
    """Sums over the runs of an operation in one of both times, and its slowest run."""

    runs: int = 0
    log_sum: float = 0.0
    slowest: Sample = Sample("", "")

    def typical_ms(self) -> float:
        """Return the geometric mean of the own time, in milliseconds."""
        return max(0.0, 2 ** (self.log_sum / self.runs) - FLOOR_MS)


@dataclass(frozen=True)
class Change:
    """
    How an operation changed.

    Attributes:
        system: The system it runs in.
        peer: The system it calls, empty when it calls none.
        operation: Its name.
        before: Runs of the baseline.
        now: Runs of the window.
    """

    system: str
    peer: str
    operation: str
    before: Pace
    now: Pace

    @property
    def doublings(self) -> float:
        """How often its typical own time doubled; 0 when it did not rise."""
        return max(0.0, self.now.log_sum / self.now.runs - self.before.log_sum / self.before.runs)

    @property
    def weight(self) -> float:
        """Between 0 and 1: how many runs there are to compare."""
        effective = self.before.runs * self.now.runs / (self.before.runs + self.now.runs)
        return effective / (effective + 1)


def changes(shapes: Iterable[Shape]) -> list[Change]:
    """Return every operation that ran in both times."""
    paces: dict[tuple[str, str, str], dict[bool, Pace]] = defaultdict(dict)
    longest: dict[tuple[str, str, str, bool], float] = {}
    for shape in shapes:
        key = (shape.step.system, shape.peer, shape.step.operation)
        pace = paces[key].get(shape.in_window, Pace())
        slower = shape.mean_log_ms > longest.get((*key, shape.in_window), -math.inf)
        if slower:
            longest[*key, shape.in_window] = shape.mean_log_ms
        paces[key][shape.in_window] = Pace(
            pace.runs + shape.runs,
            pace.log_sum + shape.runs * shape.mean_log_ms,
            shape.slowest if slower else pace.slowest,
        )
    return [Change(*key, pace[False], pace[True]) for key, pace in sorted(paces.items()) if len(pace) == len((0, 1))]


def own_delays(found: Sequence[Change]) -> dict[str, float]:
    """Return per system the mean of the doublings of what runs in it alone."""
    total: dict[str, float] = defaultdict(float)
    weight: dict[str, float] = defaultdict(lambda: _RIDGE)
    for change in found:
        if not change.peer:
            total[change.system] += change.weight * change.doublings
            weight[change.system] += change.weight
    return {system: total[system] / weight[system] for system in total}


def call_delays(found: Sequence[Change]) -> dict[str, float]:
    """Return per system the doublings of calls from it and to it that are its own and not those of the other side."""
    calls: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for change in found:
        if change.peer:
            calls[change.system].append((change.peer, change.doublings, change.weight))
            calls[change.peer].append((change.system, change.doublings, change.weight))
    delay = dict.fromkeys(sorted(calls), 0.0)
    for _ in range(_ROUNDS):
        for system in delay:
            rest = sum(weight * (doublings - delay[other]) for other, doublings, weight in calls[system])
            delay[system] = max(0.0, rest / (_RIDGE + sum(weight for _, _, weight in calls[system])))
    return delay
