"""
Business time between two moments inside a statement.

The clock of a calendar counts its open microseconds (`analytics.sla.business_time`). Here it stands as arrays over UTC
days, so that a row costs a look-up and no search: what the clock showed at the beginning of the day, and the openings
within it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analytics.sla.business_time import ladder, unix_us
from runbooks.calendars import Calendar

DAY_US = 86_400_000_000
_MARGIN = timedelta(days=2)


@dataclass(frozen=True)
class DayClock:
    """
    A calendar's clock over days.

    Attributes:
        base: Reading at the beginning of each UTC day.
        openings: Per opening of a day (all days have the same number, empty ones are 0 to 0): when it opens and
            closes, Unix microseconds, one entry a day.
    """

    base: tuple[int, ...]
    openings: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


def day_clock(calendar: Calendar, first_us: int, days: int) -> DayClock:
    """Return the clock of *calendar* over *days* UTC days from *first_us*, a midnight."""
    begins = datetime.fromtimestamp(first_us / 1e6, tz=UTC).date() - timedelta(days=1)
    rungs = ladder(calendar, begins, begins + timedelta(days=days + 2), "time")
    by_day: list[list[tuple[int, int]]] = [[] for _ in range(days)]
    for opens, closes in zip(rungs.opens, rungs.closes, strict=True):
        at = opens
        while at < closes:
            day = (at - first_us) // DAY_US
            ends = min(closes, first_us + (day + 1) * DAY_US)
            if 0 <= day < days:
                by_day[day].append((at, ends))
            at = ends
    base, reading = [], 0
    for spans in by_day:
        base.append(reading)
        reading += sum(closes - opens for opens, closes in spans)
    most = max((len(spans) for spans in by_day), default=0)
    padded = [spans + [(0, 0)] * (most - len(spans)) for spans in by_day]
    openings = tuple(
        (tuple(spans[n][0] for spans in padded), tuple(spans[n][1] for spans in padded)) for n in range(most)
    )
    return DayClock(tuple(base), openings)


@dataclass(frozen=True)
class PairClocks:
    """
    On which clock each pair of milestones is measured.

    Attributes:
        clocks: The clocks, in the order of their codes, which begin at 1.
        codes: Code by the place of the later milestone; pairs that are not here are measured in elapsed time.
        first_us: The midnight, UTC, at which the arrays begin, Unix microseconds.
        days: Their length.
    """

    clocks: tuple[DayClock, ...]
    codes: dict[int, int]
    first_us: int
    days: int

    def expression(self, moment: str) -> str:
        """Return SQL for the reading, in microseconds, of the clock of ``pair.2`` at *moment*."""
        cases = []
        for code, clock in enumerate(self.clocks, start=1):
            places = ", ".join(str(place) for place, used in sorted(self.codes.items()) if used == code)
            cases.append(f"pair.2 IN ({places}), {self._reading(code, clock, moment)}")
        return f"multiIf({', '.join(cases)}, {moment})" if cases else moment

    def _reading(self, code: int, clock: DayClock, moment: str) -> str:
        day = f"greatest(1, least({self.days}, intDiv({moment} - {self.first_us}, {DAY_US}) + 1))"
        parts = [f"{{clock_{code}_base:Array(Int64)}}[{day}]"]
        for number in range(len(clock.openings)):
            opens = f"{{clock_{code}_opens_{number}:Array(Int64)}}[{day}]"
            closes = f"{{clock_{code}_closes_{number}:Array(Int64)}}[{day}]"
            parts.append(f"greatest(0, least({moment}, {closes}) - {opens})")
        return f"({' + '.join(parts)})"

    def params(self) -> dict[str, Sequence[int]]:
        """Return the arrays that `expression` binds."""
        bound: dict[str, Sequence[int]] = {}
        for code, clock in enumerate(self.clocks, start=1):
            bound[f"clock_{code}_base"] = list(clock.base)
            for number, (opens, closes) in enumerate(clock.openings):
                bound[f"clock_{code}_opens_{number}"] = list(opens)
                bound[f"clock_{code}_closes_{number}"] = list(closes)
        return bound


def pair_clocks(calendars: Iterable[tuple[int, Calendar]], since: datetime, until: datetime) -> PairClocks:
    """
    Return the clocks of *calendars*, given with the place of the milestone they count for.

    Args:
        calendars: Pairs of place and calendar; calendars that never close are left out.
        since: Earliest moment that is measured, aware.
        until: Latest, aware.
    """
    first_us = unix_us(since - _MARGIN) // DAY_US * DAY_US
    days = (unix_us(until + _MARGIN) - first_us) // DAY_US + 1
    kept = [(place, calendar) for place, calendar in calendars if not calendar.always_open]
    names = list(dict.fromkeys(calendar.name for _, calendar in kept))
    by_name = {calendar.name: calendar for _, calendar in kept}
    clocks = tuple(day_clock(by_name[name], first_us, days) for name in names)
    return PairClocks(clocks, {place: names.index(calendar.name) + 1 for place, calendar in kept}, first_us, days)
