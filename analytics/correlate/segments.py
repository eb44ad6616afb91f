"""
What belongs together, put side by side: sorting keys once and reducing runs of equal ones, over whole columns.

Sorting numbers is a tenth of what hashing them costs the engine, and a call here has no plan to be made. Pure.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]
"""Whole numbers, one dimension."""
BIG = np.iinfo(np.int64).max
NOTHING: Ints = np.zeros(0, np.uint64)
"""No hashes."""


def starts_of(ordered: Ints) -> Ints:
    """Return where a run of equal values begins in *ordered*."""
    if not len(ordered):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))


def distinct(keys: Ints) -> Ints:
    """Return the values in *keys*, each once, in order."""
    ordered = np.sort(keys)
    return ordered[starts_of(ordered)]


def among(values: Ints, ordered: Ints) -> NDArray[np.bool_]:
    """Return which of *values* are found in *ordered*, which is distinct and in order."""
    if not len(ordered):
        return np.zeros(len(values), bool)
    place = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    found: NDArray[np.bool_] = ordered[place] == values
    return found


def numbered(keys: Ints) -> tuple[Ints, Ints]:
    """Return the distinct *keys* in order, and for each key its place among them."""
    runs = Segments(keys)
    return runs.keys, runs.place


def offsets(owners: Ints, count: int) -> Ints:
    """Return where the part of each of *count* owners begins in what is sorted by *owners*, and the end."""
    return np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=count)))).astype(np.int32)


def repeated(lengths: Ints) -> Ints:
    """Return for each element of a column of lists the row it belongs to."""
    return np.repeat(np.arange(len(lengths)), lengths)


class Segments:
    """
    Rows sorted by a key, to be reduced key by key.

    Attributes:
        keys: The distinct keys, in order.
        order: Indices that put rows of one key side by side.
        starts: Where each key's rows begin among them; *sizes* is how many they are.
    """

    def __init__(self, keys: Ints) -> None:
        self.order = np.argsort(keys)
        ordered = keys[self.order]
        self.starts = starts_of(ordered)
        self.keys = ordered[self.starts]
        self.sizes = np.diff(np.append(self.starts, len(keys)))

    @property
    def place(self) -> Ints:
        """For each row the place of its key."""
        place = np.empty(len(self.order), np.int64)
        place[self.order] = np.repeat(np.arange(len(self.starts)), self.sizes)
        return place

    def least(self, values: Ints) -> Ints:
        """Return the smallest of *values* for each key."""
        return np.minimum.reduceat(values[self.order], self.starts) if len(self.starts) else values[:0]

    def greatest(self, values: Ints) -> Ints:
        """Return the greatest of *values* for each key."""
        return np.maximum.reduceat(values[self.order], self.starts) if len(self.starts) else values[:0]

    def total(self, values: Ints) -> Ints:
        """Return the sum of *values* for each key."""
        return np.add.reduceat(values[self.order], self.starts) if len(self.starts) else values[:0]

    def least_where(self, values: Ints, mask: NDArray[np.bool_], default: int = 0) -> Ints:
        """Return the smallest of *values* where *mask* holds, for each key, *default* where it never does."""
        found = self.least(np.where(mask, values, BIG))
        return np.where(found == BIG, default, found)

    def one(self, values: Ints) -> Ints:
        """Return one of *values* for each key."""
        return values[self.order[self.starts]] if len(self.starts) else values[:0]
