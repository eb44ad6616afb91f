"""
The bytes of sealed segments as the engine reads them, from one `core.memory_file`.

A request is preceded by its length and followed by two fields of ours (``otlp.proto``): the id of its segment and the
time it was received. So one statement can read many segments and still tell their rows apart.
"""

import struct

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


def delimited_request(
    payload: bytes | memoryview, segment_id: int, received_ns: int
) -> tuple[bytes, bytes | memoryview, bytes]:
    """Return length, request and tail of one request; joined they are what the engine reads."""
    tail = _TAIL.pack(_SEGMENT_ID_TAG, segment_id, _RECEIVED_NS_TAG, received_ns)
    return varint(len(payload) + len(tail)), payload, tail
