"""When a clock runs: weekly hours in a zone, with days closed and opened by date."""

import datetime as dt
import itertools
import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator

from runbooks.fields import Entry, ZoneField

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_PER_DAY = 1_440
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")

OpenSpan = tuple[int, int]
"""Opening and closing minute of a local day, end exclusive; 1440 is the midnight that ends it."""


def _read_span(text: object) -> OpenSpan:
    if isinstance(text, list | tuple) and len(text) == 2 and all(isinstance(part, int) for part in text):  # noqa: PLR2004 - a span has two ends
        start, end = text
    else:
        match = _SPAN.fullmatch(str(text).strip())
        if not match:
            raise ValueError(f"not opening hours: {text!r}; write them like 08:00-17:00")
        start = int(match[1]) * 60 + int(match[2])
        end = int(match[3]) * 60 + int(match[4])
    if not 0 <= start < end <= MINUTES_PER_DAY:
        raise ValueError(f"opening hours must lie within one day: {text!r}; a night shift is two spans")
    return start, end


def _read_spans(value: object) -> tuple[OpenSpan, ...]:
    if value in (None, "", "closed"):
        return ()
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple):
        raise ValueError("write opening hours like 08:00-17:00, or a list of them")  # noqa: TRY004 - pydantic reports ValueError only
    spans = sorted(_read_span(item) for item in items)
    for (_, end), (start, _) in itertools.pairwise(spans):
        if start < end:
            raise ValueError("opening hours of one day overlap")
    return tuple(spans)


_SPANS_SCHEMA = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    "examples": ["08:00-17:00", ["08:00-12:00", "13:00-17:00"], "closed"],
}
DaySpans = Annotated[tuple[OpenSpan, ...], BeforeValidator(_read_spans), WithJsonSchema(_SPANS_SCHEMA)]


def _days(key: str) -> list[str]:
    first, dash, last = key.strip().lower().partition("-")
    if first not in WEEKDAYS or (dash and last not in WEEKDAYS):
        raise ValueError(f"unknown day {key!r}; write mon, or mon-fri")
    start = WEEKDAYS.index(first)
    end = WEEKDAYS.index(last) if dash else start
    if end < start:
        raise ValueError(f"days run backwards: {key!r}; write them from mon to sun")
    return list(WEEKDAYS[start : end + 1])


class Calendar(Entry):
    """
    Opening hours.

    Attributes:
        zone: IANA zone in which hours and dates are read.
        hours: Weekday -> open spans, minutes of the local day; keys may be ``mon`` or ``mon-fri``. A day that
            is not named is closed.
        dates_closed: Date -> reason; closed all day.
        dates_open: Date -> open spans that replace those of its weekday, even if closed otherwise.
    """

    zone: ZoneField = "UTC"
    hours: dict[str, DaySpans] = Field(default_factory=dict)
    dates_closed: dict[dt.date, str] = Field(default_factory=dict)
    dates_open: dict[dt.date, DaySpans] = Field(default_factory=dict)

    @field_validator("hours", mode="before")
    @classmethod
    def _spell_out_days(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        spelt: dict[str, object] = {}
        for key, spans in value.items():
            for day in _days(str(key)):
                if day in spelt:
                    raise ValueError(f"{day} is given twice")
                spelt[day] = spans
        return spelt

    @field_validator("dates_closed", mode="before")
    @classmethod
    def _list_of_dates(cls, value: object) -> object:
        return dict.fromkeys(value, "") if isinstance(value, list | tuple) else value

    def spans_on(self, day: dt.date) -> tuple[OpenSpan, ...]:
        """Return the open spans of a local *day* in minutes since its midnight."""
        if day in self.dates_open:
            return self.dates_open[day]
        if day in self.dates_closed:
            return ()
        return self.hours.get(WEEKDAYS[day.weekday()], ())

    @property
    def always_open(self) -> bool:
        """Whether the calendar never closes, so that its time is elapsed time."""
        whole = ((0, MINUTES_PER_DAY),)
        return (
            not self.dates_closed
            and all(self.hours.get(day) == whole for day in WEEKDAYS)
            and all(spans == whole for spans in self.dates_open.values())
        )
