"""
Cursors: where the last page ended, not how many rows it was from the top.

A position by value stays right when rows are inserted before or after it (keyset pagination,
https://use-the-index-luke.com/no-offset).
"""

import base64
import binascii
import hashlib
from dataclasses import asdict, dataclass, replace

import orjson

from analytics.read.errors import InvalidQueryError
from analytics.read.filters import TransactionFilter


@dataclass(frozen=True)
class Position:
    """
    The last row of a page.

    Attributes:
        key: Its sort key, exact as the engine compares it.
        transaction_id: Breaks ties between equal keys.
        as_of_us: Unix microseconds of the first page: how late an open transaction is grows with the clock, and its
            place in the list must not.
    """

    key: int
    transaction_id: str
    as_of_us: int = 0


def encode_cursor(position: Position, wanted: TransactionFilter) -> str:
    """Return an opaque cursor that goes on after *position* in the list that *wanted* describes."""
    payload = orjson.dumps([position.key, position.transaction_id, position.as_of_us, fingerprint(wanted)])
    return base64.urlsafe_b64encode(payload).decode().rstrip("=")


def decode_cursor(cursor: str, wanted: TransactionFilter) -> Position:
    """
    Return the position that *cursor* holds.

    Raises:
        InvalidQueryError: It is not a cursor, or was given for other filters or another order.
    """
    try:
        payload = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, orjson.JSONDecodeError, ValueError):
        payload = None
    match payload:
        case [int(key), str(transaction_id), int(as_of_us), str(mark)]:
            pass
        case _:
            raise InvalidQueryError("cursor", "this is not a cursor", remedy="start again without one")
    if mark != fingerprint(wanted):
        raise InvalidQueryError(
            "cursor",
            "the cursor belongs to a list with other filters or another order",
            remedy="repeat the parameters of the first page, or start again without a cursor",
        )
    return Position(key, transaction_id, as_of_us)


def fingerprint(wanted: TransactionFilter) -> str:
    """Return a short mark that two filters share exactly when they list the same rows in the same order."""
    shape = asdict(replace(wanted, cursor="", limit=0))
    return hashlib.blake2b(orjson.dumps(shape, option=orjson.OPT_SORT_KEYS), digest_size=6).hexdigest()
