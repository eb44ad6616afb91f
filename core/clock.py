"""Time is read here and nowhere else, so that tests can hold it still."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000


class Clock(Protocol):
    """A source of the current time."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...

    def now_ns(self) -> int:
        """Return Unix time in nanoseconds."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime.now(UTC)

    def now_ns(self) -> int:
        """Return Unix time in nanoseconds."""
        return time.time_ns()


class FakeClock:
    """
    A clock that moves only when told to.

    Args:
        start: First reading, aware.
    """

    def __init__(self, start: datetime) -> None:
        self._now_ns = ns_from_datetime(start)

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime_from_ns(self._now_ns)

    def now_ns(self) -> int:
        """Return Unix time in nanoseconds."""
        return self._now_ns

    def advance(self, seconds: float) -> None:
        """Move forward (or back, when negative) by *seconds*."""
        self._now_ns += round(seconds * NS_PER_S)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ns_from_datetime(moment: datetime) -> int:
    """Return Unix nanoseconds of an aware *moment*, exact to the microsecond."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1_000


def datetime_from_ns(unix_ns: int) -> datetime:
    """Return the aware UTC datetime of *unix_ns*, truncated to the microsecond."""
    return _EPOCH + timedelta(microseconds=unix_ns // 1_000)


def rfc3339(moment: datetime) -> str:
    """Return *moment* as RFC 3339 in UTC with microseconds and a ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
