"""HTTP/2 frames on the wire (RFC 9113, sections 4 and 6), as far as a server of unary calls sends and reads them."""

import struct
from enum import IntEnum

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
FRAME_HEADER = struct.Struct(">HBBBL")  # length (upper, lower), kind, flags, stream
FRAME_HEADER_BYTES = FRAME_HEADER.size
SETTING = struct.Struct(">HL")
STREAM_BITS = 0x7FFF_FFFF
DEFAULT_WINDOW_BYTES = 65_535
MAX_WINDOW_BYTES = 2**31 - 1
MIN_FRAME_BYTES = 2**14

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM = ACK = 0x1
END_HEADERS = 0x4
PADDED = 0x8
WITH_PRIORITY = 0x20

MAX_CONCURRENT_STREAMS = 0x3
INITIAL_WINDOW_SIZE = 0x4
MAX_FRAME_SIZE = 0x5
MAX_HEADER_LIST_SIZE = 0x6


class ErrorCode(IntEnum):
    """Error codes of RFC 9113, section 7."""

    NO_ERROR = 0
    PROTOCOL_ERROR = 1
    INTERNAL_ERROR = 2
    FLOW_CONTROL_ERROR = 3
    STREAM_CLOSED = 5
    FRAME_SIZE_ERROR = 6
    REFUSED_STREAM = 7
    COMPRESSION_ERROR = 9
    ENHANCE_YOUR_CALM = 11


class ConnectionFaultError(Exception):
    """
    The peer broke a rule that the whole connection stands on; it is told the code and the connection ends.

    Args:
        code: Which rule.
    """

    def __init__(self, code: ErrorCode) -> None:
        super().__init__(code.name)
        self.code = code


def pack_frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """Return one frame."""
    size = len(payload)
    return FRAME_HEADER.pack(size >> 8, size & 0xFF, kind, flags, stream) + payload


def pack_settings(settings: dict[int, int]) -> bytes:
    """Return a SETTINGS frame."""
    return pack_frame(SETTINGS, 0, 0, b"".join(SETTING.pack(name, value) for name, value in settings.items()))


def read_settings(payload: bytes) -> dict[int, int]:
    """
    Return the settings in the payload of a SETTINGS frame; the last of each name counts.

    Raises:
        ConnectionFaultError: Not whole, or a value out of its range.
    """
    if len(payload) % SETTING.size:
        raise ConnectionFaultError(ErrorCode.FRAME_SIZE_ERROR)
    settings = dict(SETTING.iter_unpack(payload))
    if settings.get(INITIAL_WINDOW_SIZE, 0) > MAX_WINDOW_BYTES:
        raise ConnectionFaultError(ErrorCode.FLOW_CONTROL_ERROR)
    if not MIN_FRAME_BYTES <= settings.get(MAX_FRAME_SIZE, MIN_FRAME_BYTES) < 2**24:
        raise ConnectionFaultError(ErrorCode.PROTOCOL_ERROR)
    return settings


def pack_window_update(stream: int, size_bytes: int) -> bytes:
    """Return a WINDOW_UPDATE frame: *size_bytes* more may come on *stream*, or on the connection (0)."""
    return pack_frame(WINDOW_UPDATE, 0, stream, size_bytes.to_bytes(4, "big"))


def pack_reset(stream: int, code: ErrorCode) -> bytes:
    """Return a RST_STREAM frame."""
    return pack_frame(RST_STREAM, 0, stream, code.to_bytes(4, "big"))


def pack_goaway(last_stream: int, code: ErrorCode) -> bytes:
    """Return a GOAWAY frame: streams beyond *last_stream* were not looked at and may be sent again."""
    return pack_frame(GOAWAY, 0, 0, last_stream.to_bytes(4, "big") + code.to_bytes(4, "big"))


def without_padding(flags: int, payload: bytes) -> bytes:
    """
    Return the payload of a HEADERS frame without padding and priority.

    Raises:
        ConnectionFaultError: It is shorter than they say.
    """
    start, end = 0, len(payload)
    if flags & PADDED:
        start = 1
        end -= payload[0] if payload else 1
    if flags & WITH_PRIORITY:
        start += 5
    if start > end:
        raise ConnectionFaultError(ErrorCode.PROTOCOL_ERROR)
    return payload[start:end]


def check(holds: bool, code: ErrorCode = ErrorCode.PROTOCOL_ERROR) -> None:
    """
    Hold the peer to a rule.

    Raises:
        ConnectionFaultError: It was broken.
    """
    if not holds:
        raise ConnectionFaultError(code)
