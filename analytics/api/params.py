"""Query parameters shared by several paths: times, windows, lists."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from analytics.read.errors import InvalidQueryError
from analytics.read.search import EARLIEST, LATEST
from core.errors import ConfigError
from core.units import parse_duration

_LOST_PLUS = re.compile(r"(.*T.*) (\d{2}:?\d{2})")
DEFAULT_WINDOW = "24h"
_LONGEST = timedelta(days=100 * 365)
"""All that a store may hold: a longer window asks for no more, and would reach beyond what a clock can count."""


def _restore_plus(value: object) -> object:
    """A ``+`` that was not percent-encoded arrives as a space; before an offset only a plus can have stood."""
    if isinstance(value, str):
        lost = _LOST_PLUS.fullmatch(value)
        return f"{lost[1]}+{lost[2]}" if lost else (value or None)
    return value


def _within_reach(moment: datetime | None) -> datetime | None:
    """Nothing stored lies beyond the range of the store's times, so an end beyond it means the end of the range."""
    if moment is None:
        return None
    try:
        return min(max(moment.astimezone(UTC), EARLIEST), LATEST)
    except OverflowError:
        return EARLIEST if moment.year < EARLIEST.year else LATEST


def _split(values: list[str]) -> list[str]:
    return [part for value in values for part in value.split(",") if part]


Moment = Annotated[
    AwareDatetime | None,
    BeforeValidator(_restore_plus),
    AfterValidator(_within_reach),
    Query(description="RFC 3339, with offset"),
]
Names = Annotated[list[str], AfterValidator(_split), Query(description="repeat, or separate by commas")]
WindowText = Annotated[str, Query(description="a duration back from now, e.g. 15m, 24h, 7d")]


def window_seconds(text: str, parameter: str = "window") -> float:
    """
    Return a duration parameter in seconds, at most a hundred years.

    Raises:
        InvalidQueryError: It is not a positive elapsed duration.
    """
    try:
        seconds = parse_duration(text).seconds
    except ConfigError as error:
        raise InvalidQueryError(parameter, error.message, remedy=error.remedy) from error
    if seconds <= 0:
        raise InvalidQueryError(
            parameter, f"{parameter} must be a positive duration", remedy="write it like 15m or 24h"
        )
    return min(seconds, _LONGEST.total_seconds())


def time_range(since: datetime | None, until: datetime | None, window: str, now: datetime) -> tuple[datetime, datetime]:
    """
    Return [since, until): what is missing follows from *window* and *now*.

    Raises:
        InvalidQueryError: The range is empty.
    """
    ends = until or now
    begins = since or max(ends - timedelta(seconds=window_seconds(window)), EARLIEST)
    if begins >= ends:
        raise InvalidQueryError("since", "since must be before until")
    return begins, ends


def check_order(since: datetime | None, until: datetime | None) -> None:
    """
    Let a range pass that has an end open, or its ends in order.

    Raises:
        InvalidQueryError: *since* is after *until*.
    """
    if since and until and since > until:
        raise InvalidQueryError("since", "since must be before until")


def tier_numbers(values: list[str]) -> tuple[int, ...]:
    """
    Return tiers as numbers.

    Raises:
        InvalidQueryError: One is not a number from 1 to 9.
    """
    if any(len(value) != 1 or value not in "123456789" for value in values):
        raise InvalidQueryError("tier", "a tier is a number from 1 to 9")
    return tuple(int(value) for value in values)
