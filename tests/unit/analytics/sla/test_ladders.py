"""Business time over columns is business time for one moment after the other."""

import datetime as dt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from analytics.sla.business_time import ladder, unix_us
from analytics.sla.calendars import due_at
from analytics.sla.ladders import Climbs, ladder_book
from core.units import Duration
from runbooks.calendars import Calendar

OFFICE = Calendar(
    name="office",
    zone="America/Chicago",
    hours={"mon-fri": ["08:00-12:00", "13:00-17:00"]},
    dates_closed={dt.date(2026, 12, 25): "Christmas"},
)
NIGHT = Calendar(name="night", zone="Europe/Berlin", hours={"mon-sun": ["00:00-06:00", "22:00-24:00"]})
ALWAYS = Calendar(name="24x7", hours={"mon-sun": "00:00-24:00"})
SOME_SECONDS, SOME_DAYS = Duration(seconds=1), Duration(business_days=1)
FIRST, LAST = dt.date(2026, 10, 18), dt.date(2027, 3, 1)
FIRST_US = unix_us(dt.datetime(2026, 10, 20, tzinfo=dt.UTC))
STARTS_US = st.integers(FIRST_US, FIRST_US + 60 * 86_400 * 1_000_000)
DURATIONS = st.one_of(
    st.floats(0.000001, 400_000).map(lambda seconds: Duration(seconds=round(seconds, 6))),
    st.sampled_from([0.5, 1, 2, 7]).map(lambda days: Duration(business_days=days)),
)


@given(st.lists(STARTS_US, max_size=20), DURATIONS, st.sampled_from([OFFICE, NIGHT, ALWAYS]))
def test_what_is_due_for_many_is_what_is_due_for_each(starts_us, duration, calendar):
    book = ladder_book([(SOME_SECONDS, calendar), (SOME_DAYS, calendar)])
    code, length = book.code_and_length(duration, calendar)
    starts = np.array(starts_us, np.int64)
    due_us = book.climbs(code, FIRST, LAST).due(starts, length) if code else starts + length
    each = [
        due_at(dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(microseconds=at), duration, calendar)
        for at in starts_us
    ]
    assert due_us.tolist() == [unix_us(due) for due in each]


@given(st.lists(STARTS_US, max_size=20), st.sampled_from([OFFICE, NIGHT]), st.sampled_from(["time", "days"]))
def test_the_clock_of_many_moments_is_that_of_each(moments_us, calendar, unit):
    clock = ladder(calendar, FIRST + dt.timedelta(days=10), LAST - dt.timedelta(days=80), unit)
    found = Climbs.of(clock).readings(np.array(moments_us, np.int64))
    assert found.tolist() == [clock.reading_at(moment) for moment in moments_us]


def test_what_lies_beyond_the_ladder_is_not_due():
    book = ladder_book([(SOME_DAYS, OFFICE)])
    code, length = book.code_and_length(Duration(business_days=30), OFFICE)
    assert book.climbs(code, FIRST, FIRST + dt.timedelta(days=11)).due(np.array([FIRST_US]), length).tolist() == [0]


def test_a_calendar_that_never_opens_has_a_clock_that_stands():
    never = Calendar(name="never", hours={})
    book = ladder_book([(SOME_SECONDS, never)])
    clock = book.climbs(1, FIRST, LAST)
    assert clock.readings(np.array([FIRST_US])).tolist() == [0]
    assert clock.due(np.array([FIRST_US]), 1).tolist() == [0]


def test_ladders_of_days_long_gone_are_not_kept():
    book = ladder_book([(SOME_DAYS, OFFICE)])
    for day in range(12):
        book.climbs(1, FIRST, FIRST + dt.timedelta(days=day))
    assert len(book._known) <= 4
