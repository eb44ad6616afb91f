"""
Business time over whole columns: ladders as arrays that are climbed for many moments at once.

Each (calendar, unit) that a catalog's flows use has a code; code 0 is elapsed time. The answers are those of
`analytics.sla.calendars.due_at`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from analytics.sla.business_time import Ladder, Unit, ladder
from analytics.sla.calendars import clock_length
from core.units import Duration
from runbooks.calendars import Calendar

Ints = NDArray[Any]
_KEPT = 4
"""Stretches of days whose ladders are kept: those of today's ticks; others are rare."""
_LOW_BITS = 20


@dataclass(frozen=True)
class Climbs:
    """
    A ladder as columns.

    Attributes:
        opens, closes, before, after: As in `Ladder`.
    """

    opens: Ints
    closes: Ints
    before: Ints
    after: Ints

    @classmethod
    def of(cls, clock: Ladder) -> Self:
        """Return the columns of *clock*."""
        return cls(*(np.array(part, np.int64) for part in (clock.opens, clock.closes, clock.before, clock.after)))

    def readings(self, moments_us: Ints) -> Ints:
        """Return the clock at each of *moments_us*; before the first span it stands at its beginning."""
        if not len(self.opens):
            return np.zeros(len(moments_us), np.int64)
        place = np.searchsorted(self.opens, moments_us, side="right") - 1
        at = np.maximum(place, 0)
        inside = np.maximum(np.minimum(moments_us, self.closes[at]) - self.opens[at], 0)
        return self.before[at] + _scaled(inside, self.after[at] - self.before[at], self.closes[at] - self.opens[at])

    def due(self, starts_us: Ints, lengths: Ints | int) -> Ints:
        """Return when the clock has climbed by *lengths* since each of *starts_us*, 0 where the ladder ends before."""
        readings = self.readings(starts_us) + lengths
        place = np.searchsorted(self.after, readings)
        due_us = np.zeros(len(readings), np.int64)
        found = np.flatnonzero(place < len(self.after))
        at = place[found]
        opens, before, climbs = self.opens[at], self.before[at], self.after[at] - self.before[at]
        # a part of a microsecond counts as one
        inside = -_scaled(before - readings[found], self.closes[at] - opens, climbs)
        due_us[found] = np.maximum(starts_us[found], opens + inside)
        return due_us


def _scaled(values: Ints, by: Ints, over: Ints) -> Ints:
    """Return ``values * by // over``, whose product may have twice as many bits as there are; by parts of *by*."""
    high = values * (by >> _LOW_BITS)
    whole = high // over
    low = ((high - whole * over) << _LOW_BITS) + values * (by & ((1 << _LOW_BITS) - 1))
    scaled: Ints = (whole << _LOW_BITS) + low // over
    return scaled


@dataclass(frozen=True)
class LadderBook:
    """
    The clocks a set of durations runs on.

    Attributes:
        clocks: (calendar name, unit) in the order of their codes, which begin at 1.
        calendars: By name.
    """

    clocks: tuple[tuple[str, Unit], ...]
    calendars: dict[str, Calendar]
    _known: dict[tuple[int, dt.date, dt.date], Climbs] = field(default_factory=dict, repr=False, compare=False)

    def code_and_length(self, duration: Duration, calendar: Calendar) -> tuple[int, int]:
        """Return the code of the clock on which *duration* runs, and how far it climbs; elapsed is microseconds."""
        unit, length = clock_length(duration)
        if unit == "time" and calendar.always_open:
            return 0, length
        return self.clocks.index((calendar.name, unit)) + 1, length

    def climbs(self, code: int, first_day: dt.date, last_day: dt.date) -> Climbs:
        """Return the clock of *code*, which is not 0, over the local days *first_day* to *last_day*."""
        asked = code, first_day, last_day
        if asked not in self._known:
            if len(self._known) >= _KEPT * len(self.clocks):
                self._known.clear()
            name, unit = self.clocks[code - 1]
            self._known[asked] = Climbs.of(ladder(self.calendars[name], first_day, last_day, unit))
        return self._known[asked]


def ladder_book(uses: Iterable[tuple[Duration, Calendar]]) -> LadderBook:
    """Return the clocks on which the durations of *uses* run, each in its calendar."""
    clocks: dict[tuple[str, Unit], None] = {}
    calendars: dict[str, Calendar] = {}
    for duration, calendar in uses:
        unit, _ = clock_length(duration)
        if unit == "days" or not calendar.always_open:
            clocks[calendar.name, unit] = None
            calendars[calendar.name] = calendar
    return LadderBook(tuple(clocks), calendars)
