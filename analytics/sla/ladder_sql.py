"""
Business time inside a statement: ladders as bound arrays, and the expression that climbs them.

Each (calendar, unit) that a catalog's flows use has a code; code 0 is elapsed time. The expression gives the same
answer as `analytics.sla.calendars.due_at`.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from analytics.sla.business_time import Unit, ladder
from analytics.sla.calendars import clock_length
from core.units import Duration
from runbooks.calendars import Calendar
from storage.sqlfiles import load_sql


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
    _bound: dict[tuple[dt.date, dt.date], dict[str, list[int]]] = field(default_factory=dict, repr=False, compare=False)

    def code_and_length(self, duration: Duration, calendar: Calendar) -> tuple[int, int]:
        """Return the code of the clock on which *duration* runs, and how far it climbs; elapsed is microseconds."""
        unit, length = clock_length(duration)
        if unit == "time" and calendar.always_open:
            return 0, length
        return self.clocks.index((calendar.name, unit)) + 1, length

    def params(self, first_day: dt.date, last_day: dt.date) -> dict[str, list[int]]:
        """Return the arrays that `expression` binds, over the local days *first_day* to *last_day*."""
        if (first_day, last_day) not in self._bound:
            self._bound.clear()  # the days of today's ticks; others are rare
            self._bound[first_day, last_day] = self._climbs(first_day, last_day)
        return self._bound[first_day, last_day]

    def _climbs(self, first_day: dt.date, last_day: dt.date) -> dict[str, list[int]]:
        bound: dict[str, list[int]] = {}
        for code, (name, unit) in enumerate(self.clocks, start=1):
            clock = ladder(self.calendars[name], first_day, last_day, unit)
            for part in ("opens", "closes", "before", "after"):
                bound[f"ladder_{code}_{part}"] = list(getattr(clock, part))
        return bound

    def expression(self, start: str, length: str, code: str) -> str:
        """
        Return SQL for the moment something is due, Unix microseconds; 0 where the ladder ends before.

        Args:
            start: SQL for the start, Int64 Unix microseconds within the ladder's days.
            length: SQL for the length of `code_and_length`.
            code: SQL for its code.
        """
        climb = load_sql("analytics.sla", "sql/due_on_ladder").strip()
        cases = [
            f"{code} = {number}, "
            + climb.replace("START", start).replace("LENGTH", length).replace("LADDER", f"ladder_{number}")
            for number in range(1, len(self.clocks) + 1)
        ]
        elapsed = f"{start} + {length}"
        return f"multiIf({', '.join(cases)}, {elapsed})" if cases else f"({elapsed})"

    def reading(self, moment: str, code: str) -> str:
        """Return SQL for the clock of *code* at *moment*, both SQL; elapsed time reads as the moment itself."""
        read = load_sql("analytics.sla", "sql/reading_on_ladder").strip()
        cases = [
            f"{code} = {number}, " + read.replace("MOMENT", moment).replace("LADDER", f"ladder_{number}")
            for number in range(1, len(self.clocks) + 1)
        ]
        return f"multiIf({', '.join(cases)}, {moment})" if cases else f"({moment})"

    def held(self, start: str, length: str, code: str, holds: str) -> str:
        """
        Return SQL for *length* with the time of the pauses in it added, so that the clock stands still in them.

        Args:
            start: SQL for the start, Unix microseconds.
            length: SQL for the length of `code_and_length`.
            code: SQL for its code.
            holds: SQL for the pauses, sorted (begin, end) in Unix microseconds; they may overlap.
        """
        begins = self.reading("greatest(x.1, acc.2)", code)
        step = f"(acc.1 + {self.reading('x.2', code)} - {begins}, x.2)"
        due = f"{self.reading(start, code)} + acc.1"
        return (
            f"arrayFold((acc, x) -> if(x.2 > acc.2 AND {begins} < {due}, {step}, acc), "
            f"{holds}, (toInt64({length}), toInt64({start}))).1"
        )


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
