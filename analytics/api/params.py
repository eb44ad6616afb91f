"""Query parameters shared by several paths: times, windows, lists."""

import re
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from analytics.read.errors import InvalidQueryError
from core.errors import ConfigError
from core.units import parse_duration

_LOST_PLUS = re.compile(r"(.*T.*) (\d{2}:?\d{2})")
DEFAULT_WINDOW = "24h"


def _restore_plus(value: object) -> object:
    """A ``+`` that was not percent-encoded arrives as a space; before an offset only a plus can have stood."""
    if isinstance(value, str):
        lost = _LOST_PLUS.fullmatch(value)
        return f"{lost[1]}+{lost[2]}" if lost else (value or None)
    return value


def _split(values: list[str]) -> list[str]:
    return [part for value in values for part in value.split(",") if part]


Moment = Annotated[AwareDatetime | None, BeforeValidator(_restore_plus), Query(description="RFC 3339, with offset")]
Names = Annotated[list[str], AfterValidator(_split), Query(description="repeat, or separate by commas")]
WindowText = Annotated[str, Query(description="a duration back from now, e.g. 15m, 24h, 7d")]


def window_seconds(text: str, parameter: str = "window") -> float:
    """
    Return a duration parameter in seconds.

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
    return seconds


def time_range(since: datetime | None, until: datetime | None, window: str, now: datetime) -> tuple[datetime, datetime]:
    """
    Return [since, until): what is missing follows from *window* and *now*.

    Raises:
        InvalidQueryError: The range is empty.
    """
    ends = until or now
    begins = since or ends - timedelta(seconds=window_seconds(window))
    if begins >= ends:
        raise InvalidQueryError("since", "since must be before until")
    return begins, ends


def tier_numbers(values: list[str]) -> tuple[int, ...]:
    """
    Return tiers as numbers.

    Raises:
        InvalidQueryError: One is not a number from 1 to 9.
    """
    if any(len(value) != 1 or value not in "123456789" for value in values):
        raise InvalidQueryError("tier", "a tier is a number from 1 to 9")
    return tuple(int(value) for value in values)
