"""
Cursors: where the last page ended, not how many rows it was from the top.

A position by value stays right when rows are inserted before or after it (keyset pagination,
https://use-the-index-luke.com/no-offset).
"""

import base64
import binascii
import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from analytics.read.errors import InvalidQueryError
from analytics.read.filters import TransactionFilter

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """Return Unix microseconds."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_micros(unix_us: int) -> datetime:
    """
    Return the moment of Unix microseconds.

    Raises:
        InvalidQueryError: There is no such moment: the cursor was made up.
    """
    try:
        return _EPOCH + timedelta(microseconds=unix_us)
    except OverflowError as error:
        raise no_cursor() from error


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


def seal(values: list[Any]) -> str:
    """Return *values* as opaque text."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def unseal(cursor: str) -> Any:
    """
    Return what `seal` was given.

    Raises:
        InvalidQueryError: It is not a cursor.
    """
    try:
        return orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, orjson.JSONDecodeError, ValueError) as error:
        raise no_cursor() from error


def no_cursor() -> InvalidQueryError:
    """Return the refusal of a text that is no cursor."""
    return InvalidQueryError("cursor", "this is not a cursor", remedy="start again without one")


def encode_cursor(position: Position, wanted: TransactionFilter) -> str:
    """Return an opaque cursor that goes on after *position* in the list that *wanted* describes."""
    return seal([position.key, position.transaction_id, position.as_of_us, fingerprint(wanted)])


def decode_cursor(cursor: str, wanted: TransactionFilter) -> Position:
    """
    Return the position that *cursor* holds.

    Raises:
        InvalidQueryError: It is not a cursor, or was given for other filters or another order.
    """
    match unseal(cursor):
        case [int(key), str(transaction_id), int(as_of_us), str(mark)]:
            pass
        case _:
            raise no_cursor()
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
