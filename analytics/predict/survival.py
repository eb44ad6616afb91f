"""
Remaining time by the actuarial life table.

What is known of an earlier transaction that stood at a milestone is: how long it stayed there, how long it took from
there to its end, or that it had not ended when it was last looked at (censored). A transaction that failed never
completes, so it stays in the table for ever: the curve is then the share that will have completed by a time, failures
counted in (the cumulative incidence). Life table after Cutler and Ederer, "Maximum utilization of the life table method
in analyzing survival" (1958): of the censored ones in an interval half count as at risk.

The condition "it has waited at this milestone for so long already" takes those that stayed at least as long.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from analytics.predict.bins import bin_of, lower_us

NEVER = -1
"""Bin of the time to the end of a transaction that failed."""


@dataclass(frozen=True)
class Stay:
    """
    Earlier transactions that did alike at one milestone.

    Attributes:
        stayed: Bin of the time until the next milestone, the end, or the moment it was last looked at.
        took: Bin of the time from the milestone to the end; `NEVER` after a failure.
        ended: Whether *took* is the whole time; False when it was still open (censored).
        count: How many.
    """

    stayed: int
    took: int
    ended: bool
    count: float


@dataclass(frozen=True)
class Curve:
    """
    Share that will have completed by a time from now.

    Attributes:
        samples: Earlier transactions it rests on.
        age_us: Time at the milestone so far, on which it is conditional.
        begins_us, edges_us: Where each interval begins and ends, as times from the milestone, ascending.
        done: Share completed by the end of each interval; within one it grows evenly, between two it stands.
    """

    samples: float
    age_us: float
    begins_us: tuple[float, ...]
    edges_us: tuple[float, ...]
    done: tuple[float, ...]

    def done_within(self, remaining_us: float) -> float:
        """Return the probability that it completes within *remaining_us* from now."""
        if remaining_us <= 0 or not self.edges_us:
            return 0.0
        moment = self.age_us + remaining_us
        place = bisect_left(self.edges_us, moment)
        if place == len(self.edges_us):
            return self.done[-1]
        before = self.done[place - 1] if place else 0.0
        width_us = self.edges_us[place] - self.begins_us[place]
        share = 1.0 if width_us <= 0 else (moment - self.begins_us[place]) / width_us
        return before + (self.done[place] - before) * max(0.0, min(1.0, share))

    def remaining_us(self, probability: float) -> float | None:
        """Return the time from now within which it completes with *probability*; None where it never gets there."""
        place = bisect_left(self.done, probability)
        if place == len(self.done):
            return None
        before = self.done[place - 1] if place else 0.0
        step = self.done[place] - before
        share = (probability - before) / step if step > 0 else 1.0
        begins_us = self.begins_us[place]
        return max(0.0, begins_us + (self.edges_us[place] - begins_us) * share - self.age_us)


def curve(stays: Iterable[Stay], age_us: float) -> Curve:
    """
    Return the completion curve of those among *stays* that waited at least *age_us* at the milestone.

    Durations count by bins; inside the bin of the age they are taken as spread evenly.
    """
    now = bin_of(age_us)
    width_us = lower_us(now + 1) - lower_us(now)
    waited = min(1.0, max(0.0, (age_us - lower_us(now)) / width_us))
    events: dict[int, float] = {}
    censored: dict[int, float] = {}
    samples = 0.0
    for stay in stays:
        if stay.stayed < now:
            continue
        weight = stay.count * (1.0 - waited if stay.stayed == now else 1.0)
        samples += weight
        if stay.took != NEVER:
            table = events if stay.ended else censored
            table[stay.took] = table.get(stay.took, 0.0) + weight
    return _life_table(events, censored, samples, age_us)


def _life_table(events: dict[int, float], censored: dict[int, float], samples: float, age_us: float) -> Curve:
    begins: list[float] = []
    edges: list[float] = []
    staying: list[float] = []
    at_risk = samples
    for place in sorted(events.keys() | censored.keys()):
        ended, lost = events.get(place, 0.0), censored.get(place, 0.0)
        exposed = at_risk - lost / 2
        begins.append(max(age_us, lower_us(place)))
        edges.append(max(age_us, lower_us(place + 1)))
        staying.append(max(0.0, 1.0 - ended / exposed) if exposed > 0 else 1.0)
        at_risk -= ended + lost
    done = tuple(1.0 - share for share in accumulate(staying, lambda left, step: left * step))
    return Curve(samples, age_us, tuple(begins), tuple(edges), done)
