"""
The state machine of a flow: status, end and milestones of its transactions as of one moment; pure.

Times are Unix microseconds, 0 is "not"; places of milestones are -1 where there is none.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.correlate.courses import Course, Dues
from analytics.correlate.flows import Stage
from analytics.correlate.segments import BIG, Ints

QUIET_US = 30_000_000
"""Without a flow a transaction has ended once nothing came for so long: the default of ``settle``."""
STATUSES = ("in_progress", "completed", "completed_late", "failed", "stuck", "unknown")
IN_PROGRESS, COMPLETED, COMPLETED_LATE, FAILED, STUCK, UNKNOWN = range(len(STATUSES))
STATES = ("pending", "done", "skipped", "missing", "failed")
_PENDING, STATE_DONE, _SKIPPED, _MISSING, STATE_FAILED = range(len(STATES))

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Awaited:
    """
    What each transaction waits for.

    Attributes:
        after: The first milestone owed after all that was passed.
        first: The first that is owed.
        next: The one that is waited for.
        due_us, heard_us, blind: Of that one: when it is due, and as in `Stage`; without one 0, -1, False.
        overdue, past_deadline: Whether it, or the whole, is late.
    """

    after: Ints
    first: Ints
    next: Ints
    due_us: Ints
    heard_us: Ints
    blind: Flags
    overdue: Flags
    past_deadline: Flags


@dataclass(frozen=True)
class Judged:
    """
    How transactions of a flow stand.

    Attributes:
        status: Place in `STATUSES`.
        ended_us: When each ended.
        refused_us: When a failing milestone ended it, else 0.
        breached, known: Whether the deadline was missed, and whether that is known.
        lacking: Whether what is awaited is missing.
        states: Of the milestones, places in `STATES`.
        current, failed: The last milestone that was done, and the one that failed.
    """

    status: Ints
    ended_us: Ints
    refused_us: Ints
    breached: Flags
    known: Flags
    lacking: Flags
    states: Ints
    current: Ints
    failed: Ints


def at_place(matrix: Ints, places: Ints, default: int = 0) -> Ints:
    """Return for each column of *matrix* the value of the row at *places*, *default* where that is -1."""
    if not len(matrix):
        return np.full(len(places), default, np.int64)
    found = matrix[np.maximum(places, 0), np.arange(len(places))]
    found[places < 0] = default
    return found


def awaited(course: Course, dues: Dues, now_us: int) -> Awaited:
    """
    Return what transactions wait for at *now_us*.

    Evidence of an earlier step that later ones prove passed was lost, and is not what is waited for where a blind
    source owes what comes after.
    """
    stages, plan = course.plan.stages, course.plan
    last = _last(course.done > 0)
    owed = np.zeros(course.done.shape, bool)
    for place, stage in enumerate(stages):
        if stage.required:
            owed[place] = dues.passed[place] == 0
    first = _first(owed)
    after = first
    if any(stage.blind or stage.heard_us >= 0 for stage in stages):
        after = _first(owed & (np.arange(len(stages))[:, None] > last))
    # the last of each stands for no milestone, whose place is -1
    blind = np.array([*(stage.blind for stage in stages), False])
    following = np.where(blind[after], after, first)
    heard_us = np.array([*(stage.heard_us for stage in stages), -1])[following]
    delay_us = np.array([*(stage.delay_us for stage in stages), 0])[following]
    next_blind, due_us = blind[following], at_place(dues.milestones, following)

    def late(due: Ints, delay: Ints | int) -> Flags:
        # a source that promised to speak has to be heard after the moment, or to be blind
        found: Flags = (due > 0) & (now_us >= due + delay) & ((heard_us <= 0) | next_blind | (heard_us >= due))
        return found

    overdue, past = late(due_us, delay_us), late(dues.deadline, plan.delay_us)
    return Awaited(after, first, following, due_us, heard_us, next_blind, overdue, past)


def judge(course: Course, dues: Dues, waits: Awaited, now_us: int) -> Judged:
    """Return how the transactions of *course* stand at *now_us*."""
    stages = course.plan.stages
    terminal_us = _earliest(course, [stage.terminal for stage in stages])
    refused_us = _earliest(course, [stage.failing for stage in stages])
    refused_us[(terminal_us != 0) & (terminal_us >= refused_us)] = 0
    refused = refused_us > 0
    finished_us = np.where(
        refused, refused_us, np.where(terminal_us > 0, terminal_us, _last_of_all(course, dues, waits))
    )
    broken = course.broken_at > 0
    status = _status(course, dues, waits, refused, finished_us, broken, now_us)
    ended_us = finished_us
    if not course.plan.name:
        quiet = now_us >= course.last_us + QUIET_US
        ended_us = np.where(quiet & ~course.root_failed, course.last_us, 0)
    ended = ended_us > 0
    limited = (dues.deadline > 0) & ~course.untimely
    open_late = waits.past_deadline & (status != UNKNOWN)
    states = _states(course, dues, broken, (finished_us > 0) & ~refused, ended)
    return Judged(
        status=status,
        ended_us=ended_us,
        refused_us=refused_us,
        breached=limited & np.where(ended, ended_us > dues.deadline, open_late),
        known=limited & (ended | open_late),
        lacking=(status == STUCK) | (status == UNKNOWN) | ((status == IN_PROGRESS) & waits.past_deadline),
        states=states,
        current=_last(course.done > 0),
        failed=np.where(status == FAILED, _failed(course, refused_us, broken), -1),
    )


def _status(
    course: Course, dues: Dues, waits: Awaited, refused: Flags, finished_us: Ints, broken: Flags, now_us: int
) -> Ints:
    finished, timely = (finished_us > 0) & ~refused, ~course.untimely
    status = np.full(len(course), IN_PROGRESS, np.uint8)
    if course.plan.name:
        late = timely & (waits.overdue | waits.past_deadline)
        moment = np.where(waits.overdue, waits.due_us, dues.deadline)
        status[late] = STUCK
        status[late & waits.blind & (waits.heard_us < moment)] = UNKNOWN
    else:
        quiet = now_us >= course.last_us + QUIET_US
        status[quiet] = COMPLETED
        status[quiet & course.root_failed] = FAILED
    status[refused | broken.any(axis=0)] = FAILED
    status[finished] = COMPLETED
    status[finished & timely & (dues.deadline > 0) & (finished_us > dues.deadline)] = COMPLETED_LATE
    return status


def _last_of_all(course: Course, dues: Dues, waits: Awaited) -> Ints:
    """Return when everything that is required had been passed, in flows in which no milestone completes the whole."""
    stages = course.plan.stages
    required = [place for place, stage in enumerate(stages) if stage.required]
    if not required or any(stage.terminal for stage in stages):
        return course.nothing
    trouble = (np.maximum(course.broken_at, course.waiting_at) > course.done_last).any(axis=0)
    whole = (waits.next < 0) & ~trouble
    found: Ints = np.where(whole, dues.passed[required].max(axis=0), 0)
    return found


def _states(course: Course, dues: Dues, broken: Flags, finished: Flags, ended: Flags) -> Ints:
    states = np.full(course.done.shape, _PENDING, np.uint8)
    for place, stage in enumerate(course.plan.stages):
        state = states[place]
        state[ended] = _MISSING if stage.required else _SKIPPED
        state[(dues.passed[place] > 0) | stage.failing] = _SKIPPED
        state[course.done[place] > 0] = STATE_DONE
        repaired = finished & (course.done_last[place] > course.broken_at[place])
        state[broken[place] & ~repaired] = STATE_FAILED
    return states


def _failed(course: Course, refused_us: Ints, broken: Flags) -> Ints:
    """Return the failing milestone that ended each transaction, else the first that is broken."""
    failed = _first(broken)
    for place in reversed(_places(course.plan.stages, "failing")):
        failed[(refused_us > 0) & (course.done[place] == refused_us)] = place
    return failed


def _places(stages: tuple[Stage, ...], name: str) -> list[int]:
    return [place for place, stage in enumerate(stages) if getattr(stage, name)]


def _earliest(course: Course, meant: list[bool]) -> Ints:
    """Return when the first of the milestones that are *meant* was done."""
    found = np.full(len(course), BIG)
    for place in np.flatnonzero(meant):
        done = course.done[place]
        np.minimum(found, done, out=found, where=done > 0)
    found[found == BIG] = 0
    return found


def _first(mask: Flags) -> Ints:
    """Return the first row of each column in which *mask* holds, else -1."""
    found = np.full(mask.shape[1], -1)
    for place in reversed(range(len(mask))):
        found[mask[place]] = place
    return found


def _last(mask: Flags) -> Ints:
    found = np.full(mask.shape[1], -1)
    for place in range(len(mask)):
        found[mask[place]] = place
    return found
