"""Every id the estate hands out, as a function of the seed alone."""

import random
from hashlib import blake2b

from wayline.estate.telemetry import SpanRef

_SEED_BLOCKS = 900
_BLOCK = 100_000


def block_start(seed: int) -> int:
    """
    Return the first business number of the block that belongs to *seed*.

    Seeds below 900 have blocks of their own, so runs with different seeds into one server share no key.
    """
    return (seed % _SEED_BLOCKS) * _BLOCK + seed // _SEED_BLOCKS % 97 * 1_009


class Numbers:
    """
    Ids of one business transaction.

    Args:
        seed: Seed of the run.
        ordinal: Position of the transaction in the run, from 0; below 100,000.
    """

    def __init__(self, seed: int, ordinal: int) -> None:
        digest = blake2b(f"{seed}/{ordinal}".encode(), digest_size=16).digest()
        self.rng = random.Random(digest)  # noqa: S311 - a simulation wants repeatable, not secret, numbers
        self._serial = block_start(seed) + ordinal

    def span(self, trace_id: int | None = None) -> SpanRef:
        """Return a new span identity, in *trace_id* when given, else in a trace of its own."""
        return SpanRef(trace_id or self.rng.getrandbits(128) | 1, self.rng.getrandbits(64) | 1)

    def token(self, prefix: str, digits: int = 12) -> str:
        """Return an opaque id such as ``c-81f2a07c55d1`` (*digits* hexadecimal digits)."""
        return f"{prefix}{self.rng.getrandbits(4 * digits):0{digits}x}"

    def serial(self, prefix: str, width: int, part: int = 0) -> str:
        """
        Return a business number of *width* digits, unique in the run for each (*prefix*, *part*).

        Args:
            prefix: Leading characters, e.g. ``45`` for purchase orders.
            width: Digits after the prefix; at least 8.
            part: Position inside a batch, appended as three digits when not 0.
        """
        tail = f"{part:03d}" if part else ""
        return f"{prefix}{self._serial:0{width}d}{tail}"
