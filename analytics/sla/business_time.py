"""
Business time as a ladder: while a calendar is open its clock climbs, while it is closed it stands.

Two clocks exist for every calendar. One counts open microseconds, for durations like ``4h`` that run in opening hours.
The other counts business days: it climbs by
`DAY_UNITS` over the open hours of each day that is open at all, so that ``2 business days`` end at the same place of
the day, however long the days are.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from runbooks.calendars import MINUTES_PER_DAY, Calendar

Unit = Literal["time", "days"]
DAY_UNITS = 100_000_000_000
"""What the days clock climbs by over one business day: more than a day has microseconds, so that it never stands."""

_US = dt.timedelta(microseconds=1)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Ladder:
    """
    A calendar's clock over a stretch of time, as spans in which it climbs evenly.

    Attributes:
        opens, closes: Unix microseconds of each open span, ascending, not touching out of order.
        before, after: Reading of the clock when the span opens and when it closes.
    """

    opens: tuple[int, ...]
    closes: tuple[int, ...]
    before: tuple[int, ...]
    after: tuple[int, ...]

    def reading_at(self, moment_us: int) -> int:
        """Return the clock at *moment_us*; before the first span it stands at its beginning."""
        place = bisect_right(self.opens, moment_us) - 1
        if place < 0:
            return self.before[0] if self.before else 0
        inside = min(moment_us, self.closes[place]) - self.opens[place]
        climbs = self.after[place] - self.before[place]
        return self.before[place] + inside * climbs // (self.closes[place] - self.opens[place])

    def first_at(self, reading: int) -> int | None:
        """Return the first moment at which the clock shows *reading*, or None when the ladder ends before."""
        place = bisect_left(self.after, reading)
        if place == len(self.after):
            return None
        climbs = self.after[place] - self.before[place]
        width = self.closes[place] - self.opens[place]
        return self.opens[place] + -(-(reading - self.before[place]) * width // climbs)


def ladder(calendar: Calendar, first_day: dt.date, last_day: dt.date, unit: Unit) -> Ladder:
    """Return the clock of *calendar* over the local days *first_day* to *last_day*, both included."""
    zone = ZoneInfo(calendar.zone)
    opens: list[int] = []
    closes: list[int] = []
    before: list[int] = []
    after: list[int] = []
    reading = 0
    day = first_day
    while day <= last_day:
        spans = [
            (_moment_us(day, start, zone, fold=0), _moment_us(day, end, zone, fold=1))
            for start, end in calendar.spans_on(day)
        ]
        spans = [(start, end) for start, end in spans if end > start]
        whole = sum(end - start for start, end in spans)
        done, day_reading = 0, reading
        for start, end in spans:
            done += end - start
            opens.append(start)
            closes.append(end)
            before.append(reading)
            reading = day_reading + (done if unit == "time" else done * DAY_UNITS // whole)
            after.append(reading)
        day += dt.timedelta(days=1)
    return Ladder(tuple(opens), tuple(closes), tuple(before), tuple(after))


def unix_us(moment: dt.datetime) -> int:
    """Return Unix microseconds of an aware *moment*."""
    return (moment - _EPOCH) // _US


def from_unix_us(moment_us: int) -> dt.datetime:
    """Return the aware UTC datetime of *moment_us*."""
    return _EPOCH + moment_us * _US


def _moment_us(day: dt.date, minute: int, zone: ZoneInfo, *, fold: int) -> int:
    """
    Return the moment at which a local clock shows *minute* of *day*.

    An hour that happens twice is open throughout: opening takes its first, closing its second occurrence. A time that
    the clock skips is where it would have been by the offset before (PEP 495).
    """
    if minute == MINUTES_PER_DAY:
        day, minute = day + dt.timedelta(days=1), 0
    local = dt.datetime.combine(day, dt.time(minute // 60, minute % 60, fold=fold), tzinfo=zone)
    gap = local.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None)
    return unix_us(local.replace(fold=0) if gap else local)
