"""
The course of the transactions of one flow through its milestones, and when each is due; pure.

A matrix has a row for each milestone and a column for each transaction, so that what a milestone asks for is asked of
all transactions at once. Times are Unix microseconds, 0 is "not".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics.correlate.columns import flat_numbers, numbers
from analytics.correlate.flows import NONE_US, Plan, Stage
from analytics.correlate.pauses import NEVER_US, Passes, held, holds_of
from analytics.correlate.segments import Ints
from analytics.sla.ladders import LadderBook

_LATEST_US = 3_000_000_000_000_000_000
"""What would be due later never is: a clock that stands still for good."""
_AHEAD = timedelta(days=400)
_FAR_AHEAD = timedelta(days=4_000)


@dataclass(frozen=True)
class Clocks:
    """
    The clocks that limits run on.

    Attributes:
        book: Business time.
        first_day: No transaction that is judged began earlier.
        today: Of the moment of judgement.
    """

    book: LadderBook
    first_day: date
    today: date

    def readings(self, clock: int, moments_us: Ints) -> Ints:
        """Return what *clock* shows at *moments_us*."""
        if not clock:
            return moments_us
        return self.book.climbs(clock, self.first_day, self.today + _AHEAD).readings(moments_us)

    def due(self, clock: int, starts_us: Ints, lengths: Ints | int) -> Ints:
        """Return when *clock* has run for *lengths* since *starts_us*, 0 where it does not within ten years."""
        if not clock:
            return starts_us + lengths
        due_us = self.book.climbs(clock, self.first_day, self.today + _AHEAD).due(starts_us, lengths)
        beyond = np.flatnonzero((due_us == 0) & (lengths < NEVER_US))
        if len(beyond):
            far = self.book.climbs(clock, self.first_day, self.today + _FAR_AHEAD)
            due_us[beyond] = far.due(starts_us[beyond], np.broadcast_to(lengths, len(due_us))[beyond])
        return due_us


@dataclass(frozen=True)
class Course:
    """
    What was seen of transactions of one flow.

    Attributes:
        plan: Their flow.
        started_us, last_us, untimely, root_failed: As in ``tick_components``.
        done, done_last, broken_at, waiting_at: Of the milestones, as in `Steps`.
        passes: Every passage of the steps that begin or end a pause, by their codes.
    """

    plan: Plan
    started_us: Ints
    last_us: Ints
    untimely: NDArray[np.bool_]
    root_failed: NDArray[np.bool_]
    done: Ints
    done_last: Ints
    broken_at: Ints
    waiting_at: Ints
    passes: Mapping[int, Passes]

    def __len__(self) -> int:
        """Return how many transactions there are."""
        return len(self.started_us)

    @property
    def nothing(self) -> Ints:
        """A 0 for each transaction."""
        return np.zeros(len(self), np.int64)


class Places:
    """
    Where the milestones of transactions of one flow stand in columns of lists.

    Args:
        bounds: Where those of every transaction begin, and the end.
        chosen: Places of the transactions.
        count: How many milestones each has.
    """

    def __init__(self, bounds: Ints, chosen: Ints, count: int) -> None:
        self._begin = bounds[chosen]
        self._step = count if len(chosen) == len(bounds) - 1 else 0

    def __getitem__(self, place: int) -> Ints | slice:
        """Return the places of the milestone at *place* of each; all of a column are every so many of it."""
        return slice(place, None, self._step) if self._step else self._begin + place


def course_of(components: pa.Table, plan: Plan, chosen: Ints, places: Places) -> Course:
    """
    Return the course of the *chosen* rows of *components*, which are of the flow of *plan*.

    Args:
        components: What components say of themselves.
        plan: Their flow.
        chosen: Places of the rows.
        places: Of their milestones in the columns of lists.
    """

    def matrix(name: str) -> Ints:
        found = np.empty((len(plan.stages), len(chosen)), np.int64)
        values = flat_numbers(components, name)
        for place in range(len(plan.stages)):
            found[place] = values[places[place]]
        return found

    paused = {code for stage in plan.stages for pair in stage.pauses for code in pair}
    return Course(
        plan,
        numbers(components, "started_us")[chosen],
        numbers(components, "last_us")[chosen],
        numbers(components, "untimely")[chosen] != 0,
        numbers(components, "root_failed")[chosen] != 0,
        matrix("done"),
        matrix("done_last"),
        matrix("broken_at"),
        matrix("waiting_at"),
        {code: Passes.of(components, code, chosen) for code in paused},
    )


@dataclass(frozen=True)
class Dues:
    """
    What is due when.

    Attributes:
        passed: When each milestone was passed, or the last of its alternatives was.
        since: When its limit began, else when the transaction did.
        milestones: When it is due.
        deadline: When the whole is.
    """

    passed: Ints
    since: list[Ints]
    milestones: Ints
    deadline: Ints


def dues_of(course: Course, clocks: Clocks) -> Dues:
    """Return what is due when in *course*."""
    plan, passed = course.plan, _passed(course)
    due, since = np.zeros_like(course.done), []
    for place, stage in enumerate(plan.stages):
        anchored = stage.anchor is not None and passed[stage.anchor] > 0
        start = (
            course.started_us if stage.anchor is None else np.where(anchored, passed[stage.anchor], course.started_us)
        )
        since.append(start)
        if stage.within_us > NONE_US:
            due[place] = _due(course, stage, start, clocks)
            if stage.anchor is not None:
                due[place][~anchored] = 0
    deadline = course.nothing
    if plan.deadline_us > 0:
        deadline = clocks.due(plan.deadline_clock, course.started_us, plan.deadline_us)
    return Dues(passed, since, due, deadline)


def _due(course: Course, stage: Stage, start: Ints, clocks: Clocks) -> Ints:
    length: Ints | int = stage.within_us
    if stage.pauses:
        holds = holds_of([(course.passes[begin], course.passes[end]) for begin, end in stage.pauses], len(course))
        length = held(start, stage.within_us, holds, lambda moments_us: clocks.readings(stage.clock, moments_us))
    due_us = clocks.due(stage.clock, start, length)
    due_us[due_us > _LATEST_US] = 0
    return due_us


def _passed(course: Course) -> Ints:
    choices = np.array([stage.choice for stage in course.plan.stages], np.int64)
    if not choices.any():
        return course.done
    passed = course.done.copy()
    for choice in range(1, int(choices.max()) + 1):
        of = choices == choice
        passed[of] = np.where(passed[of] > 0, passed[of], passed[of].max(axis=0, initial=0))
    return passed
