"""Which hashes may have been seen: one bit for each of many ranges of hashes; pure."""

import numpy as np
from numpy.typing import NDArray

from analytics.correlate.segments import Ints, starts_of

_FEWEST, _MOST = 26, 30
"""Powers of two: bits for up to eight million hashes (8 MiB), and for a hundred million and more (128 MiB)."""
_BITS_A_HASH = 8


class Bits:
    """
    A set of 64-bit hashes that says of some more that they are in it: of one in eight while it is not crowded.

    Args:
        expected: For how many hashes it has room: for twice as many at most before it is crowded.
    """

    def __init__(self, expected: int = 0) -> None:
        self._power = max(_FEWEST, min(_MOST, (_BITS_A_HASH * expected).bit_length()))
        self._bytes = np.zeros(1 << self._power - 3, np.uint8)
        self._entered = 0

    @property
    def size_bytes(self) -> int:
        """Memory that it takes."""
        return self._bytes.nbytes

    @property
    def crowded(self) -> bool:
        """Whether a larger one would tell more."""
        return self._power < _MOST and self._entered * _BITS_A_HASH > 1 << self._power

    def add(self, hashes: Ints) -> None:
        """Enter *hashes*."""
        self._entered += len(hashes)
        # in order, so that those of one byte are side by side
        place, bit = self._places(hashes if (hashes[1:] >= hashes[:-1]).all() else np.sort(hashes))
        starts = starts_of(place)
        if len(starts):
            self._bytes[place[starts]] |= np.bitwise_or.reduceat(np.uint8(1) << bit, starts)

    def may_hold(self, hashes: Ints) -> NDArray[np.bool_]:
        """Return which of *hashes* may be among those that were entered."""
        place, bit = self._places(hashes)
        found: NDArray[np.bool_] = (self._bytes[place] >> bit & 1) != 0
        return found

    def _places(self, hashes: Ints) -> tuple[Ints, Ints]:
        at = hashes >> np.uint64(64 - self._power)
        return (at >> np.uint64(3)).astype(np.int64), (at & np.uint64(7)).astype(np.uint8)
