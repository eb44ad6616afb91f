"""Engine values as public JSON: times RFC 3339 UTC, durations in milliseconds, null for unknown."""

import math
from datetime import UTC, datetime
from typing import Any

from core.clock import rfc3339


def time_text(moment: datetime | None) -> str | None:
    """Return *moment* as RFC 3339 in UTC with microseconds; the engine's naive times are UTC already."""
    if moment is None:
        return None
    return rfc3339(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def number(value: Any) -> float | None:
    """Return *value* as a float, or None where the engine had nothing to compute from (null, NaN, infinite)."""
    if value is None:
        return None
    result = float(value)
    return result if math.isfinite(result) else None


def ratio(part: int, whole: int) -> float | None:
    """Return part/whole, or None when there is no whole: no data is neither 0 nor 100 %."""
    return part / whole if whole else None


def text_or_none(value: str) -> str | None:
    """Return None for the engine's empty string where it means absent."""
    return value or None
