"""
The bytes of sealed segments as the engine reads them.

They stand in one anonymous file in memory, so that nothing decrypted touches the disk.

A request is preceded by its length and followed by two fields of ours (``otlp.proto``): the id of its segment and the
time it was received. So one statement can read many segments and still tell their rows apart.
"""

import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

_TAIL = struct.Struct("<5sQ5sQ")
_SEGMENT_ID_TAG = b"\xf1\xff\xff\xff\x0f"  # field 536870910, fixed 64 bits
_RECEIVED_NS_TAG = b"\xf9\xff\xff\xff\x0f"  # field 536870911, fixed 64 bits
_MORE = 0x80  # the bit of a byte that says that another follows


def varint(number: int) -> bytes:
    """Return *number* (>= 0) in the base-128 form of the protocol buffers encoding."""
    out = bytearray()
    while number >= _MORE:
        out.append(number % _MORE | _MORE)
        number >>= 7
    out.append(number)
    return bytes(out)


def delimited_request(payload: bytes, segment_id: int, received_ns: int) -> tuple[bytes, bytes, bytes]:
    """Return length, request and tail of one request; joined they are what the engine reads."""
    tail = _TAIL.pack(_SEGMENT_ID_TAG, segment_id, _RECEIVED_NS_TAG, received_ns)
    return varint(len(payload) + len(tail)), payload, tail


@contextmanager
def memory_file(pieces: Iterable[bytes]) -> Iterator[str]:
    """Write *pieces* one after the other into a file without a name; yield the path that this process can open."""
    descriptor = os.memfd_create("segment")
    try:
        with os.fdopen(os.dup(descriptor), "wb", buffering=1 << 20) as image:
            image.writelines(pieces)
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)
