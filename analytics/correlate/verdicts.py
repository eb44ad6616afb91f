"""
What is said of transactions that keep or miss their limits, and when to look again; pure.

Everything is said milestone by milestone, of all transactions of a flow at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from analytics.correlate.courses import Course, Dues
from analytics.correlate.segments import BIG, Ints
from analytics.correlate.states import (
    COMPLETED,
    FAILED,
    QUIET_US,
    STATUSES,
    STUCK,
    UNKNOWN,
    Awaited,
    Flags,
    Judged,
    at_place,
)

_LEAST_WAIT_US = 3_600_000_000


@dataclass(frozen=True)
class Said:
    """
    The same kind of thing said of some transactions.

    Attributes:
        rule: What it is about.
        rows: Of which transactions, in order.
        words: What, as places in *vocabulary*.
        at_us: As of when.
    """

    rule: str
    rows: Ints
    words: Ints
    vocabulary: tuple[str, ...]
    at_us: Ints


_MET_OR_BREACHED = ("met", "breached")


@dataclass(frozen=True)
class Outcome:
    """How transactions stand at *now_us*, and what follows from it."""

    course: Course
    dues: Dues
    waits: Awaited
    judged: Judged
    now_us: int

    @cached_property
    def _open(self) -> Flags:
        found: Flags = (self.judged.ended_us <= 0) & ~self.course.untimely
        return found

    def verdicts(self) -> Iterator[Said]:
        """
        Return the verdicts on each: on the whole, on its status, on the milestones.

        A completed one has a verdict on its status only where no deadline says that it was met.
        """
        dues, judged = self.dues, self.judged
        known = np.flatnonzero(judged.known)
        at_us = np.where(judged.breached, dues.deadline, judged.ended_us)
        yield Said("e2e-deadline", known, judged.breached[known].astype(np.int64), _MET_OR_BREACHED, at_us[known])
        wrong = (judged.status == FAILED) | (judged.status == STUCK) | (judged.status == UNKNOWN)
        good = (judged.status == COMPLETED) & (dues.deadline <= 0) & (self.course.plan.name != "")
        rows = np.flatnonzero(wrong | good)
        since_us = np.where(good, judged.ended_us, self._wrong_since())
        yield Said("status", rows, judged.status[rows], STATUSES, since_us[rows])
        for place, stage in enumerate(self.course.plan.stages):
            if dues.milestones[place].any():
                yield self._within(place, f"within:{stage.name}")

    def _wrong_since(self) -> Ints:
        judged, waits = self.judged, self.waits
        broken_us = np.where(judged.failed >= 0, at_place(self.course.broken_at, judged.failed), self.course.last_us)
        failed_us = np.where(judged.refused_us > 0, judged.refused_us, broken_us)
        late_us = np.where(waits.overdue, waits.due_us, self.dues.deadline)
        found: Ints = np.where(judged.status == FAILED, failed_us, late_us)
        return found

    def _within(self, place: int, rule: str) -> Said:
        """What is optional, or had its alternative passed, is never missed; what a silent source owes is not judged."""
        stage, due, done = self.course.plan.stages[place], self.dues.milestones[place], self.course.done[place]
        ended_us = self.judged.ended_us
        passed = done > 0
        breached = passed & (done > due)
        if stage.required:
            heard = self.now_us >= due + stage.delay_us
            if stage.heard_us > 0:
                heard &= stage.heard_us >= due
            owed = ~passed & (self.dues.passed[place] == 0)
            breached |= owed & np.where(ended_us > 0, ended_us > due, heard)
        rows = np.flatnonzero((passed | breached) & (due != 0) & ~self.course.untimely)
        at_us = np.where(passed & (done <= due), done, due)[rows]
        return Said(rule, rows, breached[rows].astype(np.int64), _MET_OR_BREACHED, at_us)

    def awaited_sources(self) -> Iterator[Said]:
        """Return what promising sources have to be heard past, or to be blind for, before it can be judged."""
        stages, plan, dues, waits = self.course.plan.stages, self.course.plan, self.dues, self.waits
        unheard = (waits.heard_us >= 0) & (waits.heard_us < dues.deadline)
        late = self._open & (dues.deadline > 0) & (self.now_us >= dues.deadline + plan.delay_us) & unheard
        owners = ("", *(stage.owner for stage in stages))
        yield _of_owners(owners, np.flatnonzero(late), waits.next, dues.deadline)
        for place, stage in enumerate(stages):
            due = dues.milestones[place]
            if stage.heard_us >= 0:
                waiting = self._open & (due > 0) & (self.course.done[place] <= 0) & (stage.heard_us < due)
                rows = np.flatnonzero(waiting & (self.now_us >= due + stage.delay_us))
                yield Said("", rows, np.full(len(rows), place + 1), owners, due[rows])
        yield self._past_lost(owners)

    def _past_lost(self, owners: tuple[str, ...]) -> Said:
        """
        Return what is awaited past lost evidence, which changes when its source turns blind or speaks again.

        That is so whatever is due. The wait grows with age, so that watermarks that pass it judge it again ever more
        rarely.
        """
        heard_us = np.array([*(stage.heard_us for stage in self.course.plan.stages), -1])[self.waits.after]
        age_us = np.maximum(self.now_us - self.course.started_us, _LEAST_WAIT_US)
        rows = np.flatnonzero(self._open & (self.waits.after != self.waits.first) & (heard_us >= 0))
        return _of_owners(owners, rows, self.waits.after, np.maximum(self.now_us, heard_us) + age_us)

    def next_judge_us(self) -> Ints:
        """Return the next moment at which each has to be judged again, 0 for none."""
        course, dues, plan = self.course, self.dues, self.course.plan
        found = np.full(len(course), BIG)

        def consider(at_us: Ints, meant: Flags) -> None:
            np.minimum(found, at_us, out=found, where=meant & (at_us > self.now_us))

        for waiting_at in course.waiting_at:
            consider(waiting_at + plan.settle_us, waiting_at > 0)
        consider(dues.deadline + plan.delay_us, self._open & (dues.deadline > 0))
        for stage, due in zip(plan.stages, dues.milestones, strict=True):
            consider(due + stage.delay_us, self._open & (due > 0))
        if not plan.name:
            consider(course.last_us + QUIET_US, np.ones(len(course), bool))
        found[found == BIG] = 0
        return found


def _of_owners(owners: tuple[str, ...], rows: Ints, places: Ints, until_us: Ints) -> Said:
    """Return of *rows* until when the owners of the milestones at *places* are awaited."""
    return Said("", rows, places[rows] + 1, owners, until_us[rows])
