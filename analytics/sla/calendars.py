"""Deadlines in business time: when is it due, counted in a calendar's opening hours or business days?"""

import datetime as dt

from analytics.sla.business_time import DAY_UNITS, Unit, from_unix_us, ladder, unix_us
from core.errors import ConfigError
from core.units import Duration
from runbooks.calendars import Calendar

_LOOK_AHEAD_DAYS = (30, 400, 4_000)
_DAY_BEFORE = dt.timedelta(days=2)


def due_at(start: dt.datetime, duration: Duration, calendar: Calendar) -> dt.datetime:
    """
    Return the first moment at which *duration* has passed since *start* on the clock of *calendar*.

    Elapsed durations run in opening hours; business days are days on which the calendar opens at all, and end at the
    place of the day at which they began. A start outside opening hours counts from the next opening. A duration of
    nothing is due at once.

    Args:
        start: Aware.
        duration: Seconds or business days.
        calendar: Hours, holidays and zone.

    Returns:
        Aware, UTC, to the microsecond.

    Raises:
        ConfigError: The calendar does not open long enough within ten years.
    """
    begin = start.astimezone(dt.UTC)
    if not (duration.seconds or duration.business_days):
        return begin
    if calendar.always_open and not duration.business_days:
        return begin + dt.timedelta(seconds=duration.seconds)
    unit, length = clock_length(duration)
    first_day = (begin - _DAY_BEFORE).date()
    for days in _LOOK_AHEAD_DAYS:
        clock = ladder(calendar, first_day, first_day + dt.timedelta(days=days), unit)
        due_us = clock.first_at(clock.reading_at(unix_us(begin)) + length)
        if due_us is not None:
            return from_unix_us(max(due_us, unix_us(begin)))
    raise ConfigError(
        f"calendar {calendar.name!r} does not open for {duration} within ten years",
        remedy="give it opening hours, or choose a shorter duration",
    )


def clock_length(duration: Duration) -> tuple[Unit, int]:
    """Return on which clock *duration* runs, and how far that clock climbs."""
    if duration.business_days:
        return "days", round(duration.business_days * DAY_UNITS)
    return "time", round(duration.seconds * 1_000_000)
