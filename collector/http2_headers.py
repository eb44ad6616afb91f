"""
Header blocks of HTTP/2 (HPACK, RFC 7541): what a call says of itself, and what it is answered.

Answers are written without the dynamic table, so each is a constant. A client repeats its own header block for each
call of a connection; a block that left the table as it was is decoded once.
"""

from dataclasses import dataclass

import hpack

from collector.http2_frames import ConnectionFaultError, ErrorCode

MAX_HEADER_BYTES = 16 * 2**10
_KNOWN_BLOCKS = 64
_KNOWN_BLOCK_BYTES = 512
_STATUS_200 = b"\x88"  # entry 8 of the static table
_UNIT_S = {"H": 3_600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}
_TIMEOUT_DIGITS = 8


@dataclass(frozen=True)
class CallHead:
    """
    The headers of one call that matter here (gRPC over HTTP2, Requests).

    Attributes:
        method: HTTP method.
        path: ``/service/method``.
        content_type: In lower case.
        encoding: Message encoding in lower case; empty when there is none.
        authorization: Empty when there is none.
        timeout: As sent; see `timeout_s`.
    """

    method: str = ""
    path: str = ""
    content_type: str = ""
    encoding: str = ""
    authorization: str = ""
    timeout: str = ""


_FIELDS = {
    ":method": "method",
    ":path": "path",
    "content-type": "content_type",
    "grpc-encoding": "encoding",
    "authorization": "authorization",
    "grpc-timeout": "timeout",
}


class HeaderReader:
    """Reads the header blocks of one connection, which must all be given to it, in their order."""

    def __init__(self) -> None:
        self._decoder = hpack.Decoder(max_header_list_size=MAX_HEADER_BYTES)
        self._known: dict[bytes, CallHead] = {}

    def read(self, block: bytes) -> CallHead:
        """
        Return what *block* says.

        Raises:
            ConnectionFaultError: It cannot be decoded; nor can any after it.
        """
        known = self._known.get(block)
        if known is not None:
            return known
        before = self._table_state()
        try:
            fields = self._decoder.decode(block)
        except hpack.HPACKError as error:
            raise ConnectionFaultError(ErrorCode.COMPRESSION_ERROR) from error
        texts = ((str(name), str(value)) for name, value in fields)
        found = {_FIELDS[name]: value for name, value in texts if name in _FIELDS}
        for name in ("content_type", "encoding"):
            if name in found:
                found[name] = found[name].lower()
        head = CallHead(**found)
        if self._table_state() != before or len(self._known) >= _KNOWN_BLOCKS:
            self._known.clear()
        elif len(block) <= _KNOWN_BLOCK_BYTES:
            self._known[block] = head
        return head

    def _table_state(self) -> tuple[int, int, int]:
        table = self._decoder.header_table
        entries = table.dynamic_entries
        # A block that adds an entry puts a new object in front.
        return table.maxsize, len(entries), id(entries[0]) if entries else 0


def timeout_s(text: str) -> float:
    """
    Return the seconds in a ``grpc-timeout`` header.

    Raises:
        ValueError: It is not one.
    """
    digits, unit = text[:-1], text[-1:]
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _TIMEOUT_DIGITS or unit not in _UNIT_S:
        raise ValueError("not a timeout")
    return int(digits) * _UNIT_S[unit]


def pack_headers(fields: dict[str, str]) -> bytes:
    """Return a header block with *fields* as literals that leave the dynamic table alone."""
    return b"".join(_pack_text(name, b"\x00") + _pack_text(value) for name, value in fields.items())


def _pack_text(text: str, before: bytes = b"") -> bytes:
    data = text.encode("ascii")
    size = len(data)
    if size < 127:  # noqa: PLR2004  # RFC 7541, 5.1: what a prefix of seven bits holds
        return before + bytes((size,)) + data
    head = bytearray(before + b"\x7f")
    size -= 127
    while size > 0x7F:  # noqa: PLR2004  # seven bits a byte, as above
        head.append(size & 0x7F | 0x80)
        size >>= 7
    head.append(size)
    return bytes(head) + data


ANSWER_HEAD = _STATUS_200 + pack_headers({"content-type": "application/grpc"})
GOOD_TRAILERS = pack_headers({"grpc-status": "0"})
NOT_GRPC = pack_headers({":status": "415"})
