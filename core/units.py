"""Durations and sizes as people write them in the catalog and the settings."""

import re
from dataclasses import dataclass

from core.errors import ConfigError

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)")
_BUSINESS_DAYS = re.compile(r"(\d+(?:\.\d+)?)\s*business\s+days?")
_BYTES = {"b": 1, "kib": 2**10, "mib": 2**20, "gib": 2**30, "kb": 10**3, "mb": 10**6, "gb": 10**9}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]?i?b)", re.IGNORECASE)


@dataclass(frozen=True)
class Duration:
    """
    A length of time, either elapsed or counted in business days of a calendar.

    Attributes:
        seconds: Elapsed seconds; 0 when *business_days* is set.
        business_days: Days on which the calendar is open; 0 when *seconds* is set.
    """

    seconds: float = 0.0
    business_days: float = 0.0

    def __str__(self) -> str:
        if self.business_days:
            return f"{self.business_days:g} business days"
        return format_seconds(self.seconds)


def parse_duration(text: str | float) -> Duration:
    """
    Parse ``90s``, ``15m``, ``1h30m``, ``3d`` or ``2 business days``; a bare number is seconds.

    Raises:
        ConfigError: *text* is not of that form.
    """
    if isinstance(text, int | float):
        return Duration(seconds=float(text))
    stripped = text.strip()
    business = _BUSINESS_DAYS.fullmatch(stripped)
    if business:
        return Duration(business_days=float(business[1]))
    parts = _PART.findall(stripped)
    if not parts or _PART.sub("", stripped).strip():
        raise ConfigError(f"not a duration: {text!r}", remedy="write it like 90s, 15m, 1h30m, 3d or 2 business days")
    return Duration(seconds=sum(float(number) * _SECONDS[unit] for number, unit in parts))


def format_seconds(seconds: float) -> str:
    """Return *seconds* in the form `parse_duration` reads, exact: ``90s`` -> ``1m30s``."""
    if seconds < 1:
        return f"{seconds * 1_000:g}ms" if seconds else "0s"
    rest = seconds
    text = ""
    for unit in ("d", "h", "m"):
        count = int(rest // _SECONDS[unit])
        if count:
            text += f"{count}{unit}"
            rest -= count * _SECONDS[unit]
    return text + (f"{rest:g}s" if rest or not text else "")


def parse_bytes(text: str | int) -> int:
    """
    Parse ``64MiB``, ``10 GB`` or ``512b``; a bare integer is bytes.

    Raises:
        ConfigError: *text* is not of that form.
    """
    if isinstance(text, int):
        return text
    match = _SIZE.fullmatch(text.strip())
    if not match:
        raise ConfigError(f"not a size: {text!r}", remedy="write it like 64MiB or 10GB")
    return round(float(match[1]) * _BYTES[match[2].lower()])
