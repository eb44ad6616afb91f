"""
Finding the requests that the engine cannot read among many that it can, without storing anything.

The decode statement is run into nowhere over halves and halves of halves, until each request left is read with as many
rows as the receiver counted, or stands alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collector.ingest import OwnedFrame
from core.errors import PermanentError

ReadRows = Callable[[Sequence[OwnedFrame]], int]


@dataclass(frozen=True)
class Poison:
    """
    A request the engine cannot store.

    Attributes:
        owned: The request.
        reason: Short name for the dead letter; no values.
    """

    owned: OwnedFrame
    reason: str


def find_poison(frames: Sequence[OwnedFrame], read_rows: ReadRows) -> list[Poison]:
    """
    Return the requests of *frames* that cannot be stored, in order.

    Args:
        frames: Requests of one signal.
        read_rows: Decodes requests and returns the number of rows; raises `PermanentError` when it cannot.

    Raises:
        TransientError: The engine could not answer; nothing is known.
    """
    reason = _trouble(frames, read_rows)
    if not reason or not frames:
        return []
    if len(frames) == 1:
        return [Poison(frames[0], reason)]
    middle = len(frames) // 2
    return [*find_poison(frames[:middle], read_rows), *find_poison(frames[middle:], read_rows)]


def _trouble(frames: Sequence[OwnedFrame], read_rows: ReadRows) -> str:
    try:
        rows = read_rows(frames)
    except PermanentError:
        return "undecodable"
    return "" if rows == sum(owned.frame.items for owned in frames) else "row_count"
