"""Durations on a logarithmic scale: fine enough for quantiles, few enough to count."""

import math

PER_DECADE = 20
FIRST_US = 1_000.0
"""Upper edge of bin 0: everything below a millisecond is as good as nothing."""


def bin_of(duration_us: float) -> int:
    """Return the bin of a duration in microseconds: 0 below a millisecond, then `PER_DECADE` to a factor of ten."""
    if duration_us < FIRST_US:
        return 0
    return 1 + math.floor(math.log10(duration_us / FIRST_US) * PER_DECADE)


def lower_us(place: int) -> float:
    """Return the lower edge of a bin in microseconds."""
    return 0.0 if place <= 0 else FIRST_US * 10.0 ** ((place - 1) / PER_DECADE)


def inside_us(place: int, share: float) -> float:
    """Return the duration at *share* (0 to 1) of the way through a bin."""
    low, high = lower_us(place), lower_us(place + 1)
    return low + (high - low) * share
