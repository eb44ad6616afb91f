"""
A walk over protobuf wire bytes that builds nothing (https://protobuf.dev/programming-guides/encoding/).

It serves two ends: large requests are cut into pieces before any of it is parsed, since two bytes on the wire may cost
ninety in memory; and refused spans are cut out of a request without decoding the others.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from collector.refusals import BadDataError, TooLargeError

PIECE_BYTES = 512 * 2**10
_VARINT, _I64, _LEN, _I32 = 0, 1, 2, 5
_MAX_VARINT_BYTES = 10


class Field(NamedTuple):
    """One field on the wire: its number and type, where its tag starts, where its value starts and ends."""

    number: int
    wire_type: int
    start: int
    value: int
    end: int


class Piece(NamedTuple):
    """
    A run of whole fields of one message, *level* messages below the request.

    An empty run marks the beginning of a message that is cut itself.
    """

    descriptor: Any
    level: int
    start: int
    end: int


def walk_fields(data: bytes | bytearray, start: int, end: int) -> Iterator[Field]:
    """
    Yield the fields of the message in ``data[start:end]``.

    Raises:
        BadDataError: The bytes end inside a field, or hold a group.
    """
    position = start
    while position < end:
        tag, value = _read_varint(data, position, end)
        wire_type = tag & 7
        if wire_type == _LEN:
            length, value = _read_varint(data, value, end)
            stop = value + length
        elif wire_type == _VARINT:
            stop = _read_varint(data, value, end)[1]
        elif wire_type == _I64:
            stop = value + 8
        elif wire_type == _I32:
            stop = value + 4
        else:
            raise BadDataError("the body is not a valid protobuf message")
        if stop > end:
            raise BadDataError("the body ends inside a protobuf field")
        yield Field(tag >> 3, wire_type, position, value, stop)
        position = stop


def _read_varint(data: bytes | bytearray, position: int, end: int) -> tuple[int, int]:
    result = 0
    for shift in range(0, 7 * _MAX_VARINT_BYTES, 7):
        if position >= end:
            raise BadDataError("the body ends inside a protobuf field")
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004  # the top bit says that more follows
            return result, position
    raise BadDataError("the body is not a valid protobuf message")


def cut_pieces(data: bytes | bytearray, descriptor: Any, *, max_fields: int, max_level: int) -> Iterator[Piece]:
    """
    Cut a request into pieces of about `PIECE_BYTES`, each a run of whole fields of one message type.

    Args:
        data: Serialized request.
        descriptor: Its message descriptor.
        max_fields: Most fields that are walked.
        max_level: Most messages inside one another.

    Raises:
        BadDataError: The bytes are no protobuf message, or nested too deep.
        TooLargeError: More than *max_fields* fields.
    """
    budget = [max_fields]
    yield from _cut(data, Piece(descriptor, 0, 0, len(data)), budget, max_level)


def _cut(data: bytes | bytearray, whole: Piece, budget: list[int], max_level: int) -> Iterator[Piece]:
    if whole.level > max_level:
        raise BadDataError("the body is nested too deep")
    if whole.end - whole.start <= PIECE_BYTES:
        yield whole
        return
    inner_types = {field.number: field.message_type for field in whole.descriptor.fields if field.message_type}
    run_start = whole.start
    for field in walk_fields(data, whole.start, whole.end):
        budget[0] -= 1
        if budget[0] < 0:
            raise TooLargeError("too many fields in one request")
        if field.end - run_start <= PIECE_BYTES:
            continue
        if run_start < field.start:
            yield whole._replace(start=run_start, end=field.start)
        run_start = field.start
        inner = inner_types.get(field.number) if field.wire_type == _LEN else None
        if inner is not None and field.end - field.value > PIECE_BYTES:
            yield Piece(inner, whole.level + 1, field.value, field.value)
            yield from _cut(data, Piece(inner, whole.level + 1, field.value, field.end), budget, max_level)
            run_start = field.end
    if run_start < whole.end:
        yield whole._replace(start=run_start)


def drop_items(data: bytes | bytearray, path: tuple[int, ...], is_dropped: Callable[[int], bool]) -> bytes:
    """
    Return *data* without some of the messages found by following *path* of field numbers.

    Args:
        data: Serialized request.
        path: Field numbers from the request down to the items, e.g. (1, 2, 2) for spans.
        is_dropped: Whether the item of this number, counted in wire order from 0, goes.
    """
    counter = [0]
    return _rebuild(data, 0, len(data), path, is_dropped, counter)


def _rebuild(
    data: bytes | bytearray,
    start: int,
    end: int,
    path: tuple[int, ...],
    is_dropped: Callable[[int], bool],
    counter: list[int],
) -> bytes:
    parts = []
    for field in walk_fields(data, start, end):
        if field.number != path[0] or field.wire_type != _LEN:
            parts.append(data[field.start : field.end])
        elif len(path) == 1:
            if not is_dropped(counter[0]):
                parts.append(data[field.start : field.end])
            counter[0] += 1
        else:
            inner = _rebuild(data, field.value, field.end, path[1:], is_dropped, counter)
            parts += (pack_varint(field.number << 3 | _LEN), pack_varint(len(inner)), inner)
    return b"".join(parts)


def pack_varint(value: int) -> bytes:
    """Return *value* (not negative) as a protobuf varint."""
    out = bytearray()
    while value > 0x7F:  # noqa: PLR2004  # seven bits a byte
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
