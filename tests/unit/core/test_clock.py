from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from core.clock import FakeClock, SystemClock, datetime_from_ns, ns_from_datetime, rfc3339


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001  # made aware below
def test_nanoseconds_and_datetimes_convert_exactly_to_the_microsecond(moment):
    aware = moment.replace(tzinfo=UTC)
    assert datetime_from_ns(ns_from_datetime(aware)) == aware


def test_fake_clock_moves_only_when_told(clock: FakeClock):
    before = clock.now()
    assert clock.now() == before
    clock.advance(1.5)
    assert clock.now() - before == timedelta(seconds=1.5)


def test_system_clock_is_aware_and_agrees_with_itself():
    reading = SystemClock()
    assert reading.now().tzinfo is UTC
    assert abs(ns_from_datetime(reading.now()) - reading.now_ns()) < 1_000_000_000


def test_rfc3339_is_utc_with_microseconds():
    berlin = datetime(2026, 11, 22, 9, 0, tzinfo=timezone(timedelta(hours=1)))
    assert rfc3339(berlin) == "2026-11-22T08:00:00.000000Z"
