"""How long the clock of a limit stood still: from each passage that begins a pause to the next that ends it; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa

from analytics.correlate.columns import flat, flat_twice
from analytics.correlate.segments import Ints, numbered, offsets

NEVER_US = 4_000_000_000_000_000_000
"""When a pause ends that nothing ended, and the length of a limit that it holds."""


@dataclass(frozen=True)
class Passes:
    """Passages of one step: times in microseconds and whose each is, in the order of both."""

    at_us: Ints
    owners: Ints

    @classmethod
    def of(cls, components: pa.Table, code: int, chosen: Ints) -> Self:
        """Return those of the step *code* in the *chosen* rows of *components*, counted among these."""
        codes, row = flat(components, "seen_codes")
        times, step = flat_twice(components, "seen_passes")
        place = np.full(components.num_rows, -1)
        place[chosen] = np.arange(len(chosen))
        owner = place[row[step]]
        meant = np.flatnonzero((codes.to_numpy()[step] == code) & (owner >= 0))
        return cls(times.to_numpy()[meant], owner[meant])


@dataclass(frozen=True)
class Holds:
    """Pauses of each transaction in the order of their begin: those of one lie between two *bounds*."""

    begin_us: Ints
    end_us: Ints
    bounds: Ints


def holds_of(pairs: Sequence[tuple[Passes, Passes]], count: int) -> Holds:
    """
    Return the pauses of *count* transactions.

    Args:
        pairs: Passages that begin and that end a pause of one kind.
        count: How many transactions there are.
    """
    begin_us = np.concatenate([begins.at_us for begins, _ in pairs])
    owner = np.concatenate([begins.owners for begins, _ in pairs])
    end_us = np.concatenate([_next(begins, ends) for begins, ends in pairs])
    order = np.lexsort((end_us, begin_us, owner))
    return Holds(begin_us[order], end_us[order], offsets(owner, count))


def _next(begins: Passes, ends: Passes) -> Ints:
    """Return the first of *ends* after each of *begins*, `NEVER_US` where there is none."""
    moments, rank = numbered(np.concatenate((begins.at_us, ends.at_us)))
    of = np.concatenate((begins.owners, ends.owners)) * max(1, len(moments)) + rank
    begun, ended = of[: len(begins.at_us)], of[len(begins.at_us) :]
    place = np.searchsorted(ended, begun, side="right")
    owner = np.append(ends.owners, -1)[place]
    return np.where(owner == begins.owners, np.append(ends.at_us, NEVER_US)[place], NEVER_US)


def held(starts_us: Ints, length: int, holds: Holds, readings: Callable[[Ints], Ints]) -> Ints:
    """
    Return *length* with the time added that the clock stands still in it, `NEVER_US` where nothing ends that.

    Pauses may overlap. Those of all transactions are gone through side by side, the first of each, then the second.

    Args:
        starts_us: When the limit of each transaction began.
        length: How long it is.
        holds: Its pauses.
        readings: What the clock shows at moments.
    """
    lengths, until_us = np.full(len(starts_us), length, np.int64), starts_us.copy()
    begun, sizes = readings(starts_us), np.diff(holds.bounds)
    left = np.arange(len(sizes))
    for number in range(int(sizes.max(initial=0))):
        left = own = left[sizes[left] > number]
        place = holds.bounds[own] + number
        begin, end_us = readings(np.maximum(holds.begin_us[place], until_us[own])), holds.end_us[place]
        counts = (end_us > until_us[own]) & (begin < begun[own] + lengths[own])
        own, begin, end_us = own[counts], begin[counts], end_us[counts]
        lengths[own] = np.where(end_us == NEVER_US, NEVER_US, lengths[own] + readings(end_us) - begin)
        until_us[own] = end_us
    return lengths
