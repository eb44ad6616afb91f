"""
Ids of segments: ascending in one spool folder, and different among all collectors that share a store.

The store counts and repairs rows by segment id, so two collectors must not come to the same one. An id is the time of
creation in steps of 2**24 ns (17 ms), with a number drawn at random for each process in the low bits: two of a hundred
collectors draw the same with a chance of 0.03 %, and even they would have to open segments within the same 17 ms.
"""

import secrets

_RANDOM_BITS = 24


class SegmentIds:
    """
    Gives out segment ids.

    Args:
        last_id: Greatest id that this folder ever used.
        drawn: The number in the low bits; default a random one.
    """

    def __init__(self, last_id: int, drawn: int | None = None) -> None:
        self._last_step = last_id >> _RANDOM_BITS
        self._drawn = secrets.randbits(_RANDOM_BITS) if drawn is None else drawn

    def next(self, now_ns: int) -> int:
        """Return an id greater than every one before, whatever the wall clock does."""
        self._last_step = max(now_ns >> _RANDOM_BITS, self._last_step + 1)
        return self._last_step << _RANDOM_BITS | self._drawn
