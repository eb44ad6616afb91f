import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.sla.business_time import DAY_UNITS, ladder, unix_us
from analytics.sla.calendars import due_at
from core.errors import ConfigError
from core.units import Duration, parse_duration
from runbooks.calendars import Calendar

CHICAGO = ZoneInfo("America/Chicago")
OFFICE = Calendar(
    name="office",
    zone="America/Chicago",
    hours={"mon-fri": "08:00-17:00"},
    dates_closed={dt.date(2026, 11, 26): "Thanksgiving"},
    dates_open={dt.date(2026, 11, 27): ["08:00-12:00"]},
)
SHIFTS = Calendar(name="shifts", zone="Europe/Berlin", hours={"mon-sun": ["00:00-06:00", "22:00-24:00"]})
ALWAYS = Calendar(name="24x7", hours={"mon-sun": "00:00-24:00"})
NEVER = Calendar(name="never", hours={})


def chicago(month: int, day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        (chicago(11, 16, 9), "4h", chicago(11, 16, 13)),
        (chicago(11, 20, 15), "4h", chicago(11, 23, 10)),  # over a weekend
        (chicago(11, 21, 12), "1h", chicago(11, 23, 9)),  # from a Saturday
        (chicago(11, 20, 17), "1h", chicago(11, 23, 9)),  # from the moment of closing
        (chicago(11, 20, 9), "8h", chicago(11, 20, 17)),  # used up exactly at closing: due then
        (chicago(11, 25, 16), "2h", chicago(11, 27, 9)),  # over a holiday
        (chicago(11, 27, 11), "2h", chicago(11, 30, 9)),  # a short day
        (chicago(3, 6, 16), "2h", chicago(3, 9, 9)),  # over the start of summer time
        (chicago(10, 30, 16), "2h", chicago(11, 2, 9)),  # over its end
    ],
)
def test_hours_run_while_the_calendar_is_open(start, duration, due):
    assert due_at(start, parse_duration(duration), OFFICE) == due


@pytest.mark.parametrize(
    ("start", "duration", "due"),
    [
        (chicago(11, 16, 9), "1 business day", chicago(11, 17, 9)),
        (chicago(11, 20, 15), "2 business days", chicago(11, 24, 15)),
        (chicago(3, 6, 15), "1 business day", chicago(3, 9, 15)),
        (chicago(11, 25, 12, 30), "1 business day", chicago(11, 27, 10)),  # half through a short day
        (chicago(11, 21, 12), "1 business day", chicago(11, 23, 17)),  # a whole day from the next opening
    ],
)
def test_business_days_end_at_the_place_of_the_day_at_which_they_began(start, duration, due):
    assert due_at(start, parse_duration(duration), OFFICE) == due


def test_a_calendar_that_never_closes_counts_elapsed_time():
    start = chicago(3, 7, 20)
    assert due_at(start, Duration(seconds=90), ALWAYS) == start + dt.timedelta(seconds=90)


def test_a_duration_of_nothing_is_due_at_once_even_when_closed():
    assert due_at(chicago(11, 21, 12), Duration(), OFFICE) == chicago(11, 21, 12)


def test_a_calendar_that_never_opens_is_a_mistake_in_the_catalog():
    with pytest.raises(ConfigError, match="never"):
        due_at(chicago(11, 21, 12), Duration(seconds=1), NEVER)


def test_an_hour_that_happens_twice_is_open_twice():
    night = Calendar(name="night", zone="America/Chicago", hours={"sun": "01:00-02:00"})
    clock = ladder(night, dt.date(2026, 11, 1), dt.date(2026, 11, 1), "time")
    assert clock.closes[0] - clock.opens[0] == 2 * 3_600 * 1_000_000


def test_an_hour_the_clock_skips_is_not_open():
    night = Calendar(name="night", zone="America/Chicago", hours={"sun": "02:00-03:00"})
    assert ladder(night, dt.date(2026, 3, 8), dt.date(2026, 3, 8), "time").opens == ()


def open_minutes(calendar: Calendar, start: dt.datetime, end: dt.datetime) -> int:
    """Count open minutes one by one, on the local clock."""
    zone, count, moment = ZoneInfo(calendar.zone), 0, start
    while moment < end:
        local = moment.astimezone(zone)
        minute = local.hour * 60 + local.minute
        count += any(opens <= minute < closes for opens, closes in calendar.spans_on(local.date()))
        moment += dt.timedelta(minutes=1)
    return count


starts = st.integers(0, 500 * 1_440).map(
    lambda minutes: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
)
calendars = st.sampled_from([OFFICE, SHIFTS])


@given(starts, st.integers(1, 3_000), calendars)
@settings(max_examples=60, deadline=None)
def test_the_open_minutes_until_it_is_due_are_the_duration(start, minutes, calendar):
    due = due_at(start, Duration(seconds=minutes * 60), calendar)
    assert open_minutes(calendar, start, due) == minutes
    assert open_minutes(calendar, start, due - dt.timedelta(minutes=1)) == minutes - 1


@given(starts, st.floats(1, 500_000), st.floats(0, 500_000), calendars)
@settings(deadline=None)
def test_longer_durations_and_later_starts_are_never_due_earlier(start, seconds, more, calendar):
    due = due_at(start, Duration(seconds=seconds), calendar)
    assert start < due <= due_at(start, Duration(seconds=seconds + more), calendar)
    assert due <= due_at(start + dt.timedelta(seconds=more), Duration(seconds=seconds), calendar)


@given(starts, st.floats(0.1, 5), st.floats(0.1, 5), calendars)
@settings(deadline=None)
def test_business_days_add_up(start, first, second, calendar):
    step_by_step = due_at(
        due_at(start, Duration(business_days=first), calendar), Duration(business_days=second), calendar
    )
    at_once = due_at(start, Duration(business_days=first + second), calendar)
    assert abs((step_by_step - at_once).total_seconds()) < 1


@given(starts, calendars)
@settings(deadline=None)
def test_the_days_clock_climbs_by_one_unit_over_each_open_day(start, calendar):
    day = start.date()
    clock = ladder(calendar, day, day + dt.timedelta(days=14), "days")
    open_days = sum(bool(calendar.spans_on(day + dt.timedelta(days=ahead))) for ahead in range(15))
    assert clock.after[-1] == open_days * DAY_UNITS
    assert clock.reading_at(unix_us(start) + 40 * 86_400 * 1_000_000) == clock.after[-1]
