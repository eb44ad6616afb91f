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
_FEW = 500
"""So many keys cost less to sort as they are than to prepare."""
_DENSE = 8
"""Numbers are marked in that many bytes for each key."""
_WIDE, _HALF = 8, np.iinfo(np.uint32).max
_BITS = 64


class Joint:
    """
    Two numbers as one that sorts as both: shifting parts them in a tenth of what dividing takes.

    Args:
        count: The second number is less than it.
    """

    def __init__(self, count: int) -> None:
        self._bits = max(0, int(count) - 1).bit_length()

    @property
    def span(self) -> int:
        """How many numbers there may be of one first."""
        return 1 << self._bits

    def of(self, first: Ints, second: Ints) -> Ints:
        """Return the numbers of the two."""
        joint: Ints = (first << self._bits) | second
        return joint

    def first(self, joint: Ints) -> Ints:
        """Return the first of the two."""
        found: Ints = joint >> self._bits
        return found

    def second(self, joint: Ints) -> Ints:
        """Return the second of the two."""
        found: Ints = joint & ((1 << self._bits) - 1)
        return found


def starts_of(ordered: Ints) -> Ints:
    """Return where a run of equal values begins in *ordered*."""
    if not len(ordered):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))


def distinct(keys: Ints) -> Ints:
    """Return the values in *keys*, each once, in order."""
    if _is_dense(keys):
        seen = np.zeros(int(keys.max()) + 1, bool)
        seen[keys] = True
        return np.flatnonzero(seen).astype(keys.dtype, copy=False)
    ordered = np.sort(_narrowed(keys))
    return ordered[starts_of(ordered)].astype(keys.dtype, copy=False)


def _is_dense(keys: Ints) -> bool:
    """Return whether there are so many *keys* for their range that marking each costs less than sorting them."""
    return len(keys) >= _FEW and keys.min() >= 0 and keys.max() < _DENSE * len(keys)


def _narrowed(keys: Ints) -> Ints:
    """Return *keys* in half as many bits where they fit, which sort in half the time."""
    if keys.dtype.itemsize < _WIDE or len(keys) < _FEW or keys.min() < 0 or keys.max() > _HALF:
        return keys
    return keys.astype(np.uint32)


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


def _sorted(keys: Ints) -> tuple[Ints, Ints]:
    """
    Return *keys* in order, and their places.

    Numbers are sorted in a third of the time that their places are: each place goes with its key, in the bits that the
    keys leave free. Of keys that leave too few the greater bits decide, which for hashes is nearly always enough.
    """
    place_bits = len(keys).bit_length()
    if (keys[1:] >= keys[:-1]).all():
        return keys, np.arange(len(keys))
    if len(keys) >= _FEW and keys.min() >= 0:
        lost = max(0, int(keys.max()).bit_length() + place_bits - _BITS)
        packed = (keys >> lost).astype(np.uint64) << place_bits
        packed |= np.arange(len(keys), dtype=np.uint64)
        packed.sort()
        order = (packed & ((1 << place_bits) - 1)).astype(np.int64)
        ordered = keys[order] if lost else (packed >> place_bits).astype(keys.dtype)
        if not lost or (ordered[1:] >= ordered[:-1]).all():
            return ordered, order
    order = np.argsort(keys, kind="stable")
    return keys[order], order


class Segments:
    """
    Rows sorted by a key, to be reduced key by key.

    Attributes:
        keys: The distinct keys, in order.
        order: Indices that put rows of one key side by side.
        starts: Where each key's rows begin among them; *sizes* is how many they are.
    """

    def __init__(self, keys: Ints) -> None:
        ordered, self.order = _sorted(keys)
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
        return values[self.some]

    @property
    def some(self) -> Ints:
        """A row of each key."""
        return self.order[self.starts]


class Nested:
    """
    Rows that are reduced part by part already, to be reduced by what each part belongs to.

    Args:
        parts: Rows by their part.
        wholes: For each part, in the order of its key, the number of what it belongs to; every number is some part's.
    """

    def __init__(self, parts: Segments, wholes: Ints) -> None:
        self._parts, self._wholes = parts, Segments(wholes)

    @property
    def sizes(self) -> Ints:
        """How many rows there are of each whole."""
        return self._wholes.total(self._parts.sizes)

    def least(self, values: Ints) -> Ints:
        """Return the smallest of *values* for each whole."""
        return self._wholes.least(self._parts.least(values))

    def greatest(self, values: Ints) -> Ints:
        """Return the greatest of *values* for each whole."""
        return self._wholes.greatest(self._parts.greatest(values))

    def least_where(self, values: Ints, mask: NDArray[np.bool_], default: int = 0) -> Ints:
        """Return the smallest of *values* where *mask* holds, for each whole, *default* where it never does."""
        found = self.least(np.where(mask, values, BIG))
        return np.where(found == BIG, default, found)
