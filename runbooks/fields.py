"""Field types that every catalog entry shares: names, durations, patterns, zones."""

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from core.errors import ConfigError
from core.units import Duration, parse_duration

_BEYOND_RE2 = re.compile(r"\(\?<?[=!]|\(\?P=|\(\?>|(?<!\\)(?:\\\\)*\\[1-9]")

_DURATION_SCHEMA = {
    "anyOf": [{"type": "string", "examples": ["90s", "15m", "3d", "2 business days"]}, {"type": "number"}],
    "description": "90s, 15m, 1h30m, 3d or 2 business days; a bare number is seconds",
}


class CatalogModel(BaseModel):
    """What every part of the catalog has in common: it never changes and knows all its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Entry(CatalogModel):
    """
    One YAML document.

    Attributes:
        name: Unique among the entries of its kind.
        title: For people; the name is shown where it is empty.
        description: Free text.
    """

    name: str = Field(min_length=1, max_length=100)
    title: str = ""
    description: str = ""

    @property
    def label(self) -> str:
        """The title, or the name where there is none."""
        return self.title or self.name


def _read_duration(value: object) -> Duration:
    if isinstance(value, Duration):
        return value
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("not a duration; write it like 90s, 15m, 1h30m, 3d or 2 business days")  # noqa: TRY004 - pydantic reports ValueError only
    try:
        duration = parse_duration(value)
    except ConfigError as error:
        raise ValueError(str(error)) from error
    if duration.seconds < 0:
        raise ValueError("a duration cannot be negative")
    return duration


def _read_elapsed(value: object) -> Duration:
    duration = _read_duration(value)
    if duration.business_days:
        raise ValueError("business days have no meaning here; write an elapsed duration like 90s or 3d")
    return duration


def _read_words(value: object) -> object:
    return (value,) if isinstance(value, str | int | float) and not isinstance(value, bool) else value


def _read_number_as_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _read_truth_as_text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _read_number_as_text(value)


def _read_pattern(value: object) -> object:
    if isinstance(value, str):
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        if _BEYOND_RE2.search(value):
            raise ValueError("look-around and back-references cannot be used; the engine matches with RE2")
    return value


def _read_zone(value: object) -> object:
    if isinstance(value, str) and value not in available_timezones():
        raise ValueError(f"unknown time zone {value!r}; write an IANA name like America/Chicago")
    return value


def _write_duration(duration: Duration) -> str:
    return str(duration)


_ToText = PlainSerializer(_write_duration, return_type=str)
DurationField = Annotated[Duration, BeforeValidator(_read_duration), _ToText, WithJsonSchema(_DURATION_SCHEMA)]
"""Elapsed time or business days of a calendar."""

ElapsedField = Annotated[Duration, BeforeValidator(_read_elapsed), _ToText, WithJsonSchema(_DURATION_SCHEMA)]
"""Elapsed time only."""

Text = Annotated[str, BeforeValidator(_read_truth_as_text)]
"""Text, also where YAML reads a number or a truth value."""

Words = Annotated[tuple[Text, ...], BeforeValidator(_read_words)]
"""A list of texts; a single one may stand without brackets."""

Match = dict[str, Words]
"""
Attribute name -> accepted values. Keys are ANDed, values of a list ORed, ``*`` stands for any characters.

Besides attribute names (of the span, log record or event, then of its resource): ``service.name``,
``span.name``, ``span.kind`` (internal, server, client, producer, consumer), ``event.type`` and ``system``.
"""

PatternField = Annotated[str, BeforeValidator(_read_pattern), WithJsonSchema({"type": "string", "format": "regex"})]
"""A regular expression both Python and RE2 understand: no look-around, no back-references."""

ZoneField = Annotated[str, BeforeValidator(_read_zone)]
"""An IANA time zone name."""

Ratio = Annotated[float, Field(ge=0.0, le=1.0)]
"""A share between 0 and 1."""

Category = Literal["erp", "middleware", "identity", "queue", "saas", "gateway", "database", "network"]
"""What kind of thing a system is; an origin may also be ``unknown``."""

CATEGORIES: tuple[Category, ...] = (
    "erp",
    "middleware",
    "identity",
    "queue",
    "saas",
    "gateway",
    "database",
    "network",
)


def zone_of(name: str) -> ZoneInfo:
    """Return the zone named by a `ZoneField`."""
    return ZoneInfo(name)
