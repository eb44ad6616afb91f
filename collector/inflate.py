"""Bounded decompression: a request may not inflate beyond its limits, and nothing is inflated past them."""

import zlib

import zstandard

from collector.config import LimitsConfig
from collector.refusals import BadDataError, TooLargeError, UnsupportedMediaError

ENCODINGS = ("identity", "gzip", "zstd")
_GZIP_WINDOW = 31  # zlib's code for a gzip header with the largest window
_ZSTD_WINDOW_BYTES = 8 * 2**20  # RFC 9659: what a decoder must support for HTTP
# A block of four bytes may inflate to 128 KiB, and a slice is inflated whole: 32 MiB beyond the limit at most.
_ZSTD_SLICE_BYTES = 1_024


def inflate(body: bytes, encoding: str, limits: LimitsConfig) -> bytes:
    """
    Return *body* without its content encoding.

    Several gzip members or zstd frames behind one another are read as one; anything else behind them is an error.

    Args:
        body: As received.
        encoding: Lower-case value of Content-Encoding; empty is identity.
        limits: Most inflated bytes, and most inflation.

    Raises:
        UnsupportedMediaError: An encoding that is not spoken here, or more than one.
        BadDataError: Not of that encoding, or cut short.
        TooLargeError: Inflates beyond the limits.
    """
    if encoding in ("", "identity"):
        return body
    ceiling = min(
        limits.max_request_bytes, max(limits.ratio_floor_bytes, round(len(body) * limits.max_inflation_ratio))
    )
    if encoding == "gzip":
        return _gunzip(body, ceiling)
    if encoding == "zstd":
        return _unzstd(body, ceiling)
    raise UnsupportedMediaError("the content encoding is not one of identity, gzip, zstd")


def _gunzip(body: bytes, ceiling: int) -> bytes:
    parts = []
    room = ceiling
    rest = body
    while rest:
        inflater = zlib.decompressobj(_GZIP_WINDOW)
        try:
            part = inflater.decompress(rest, room + 1)
        except zlib.error as error:
            raise BadDataError("the body is not valid gzip") from error
        if len(part) > room:
            raise TooLargeError("the body inflates beyond the limits")
        if not inflater.eof:
            raise BadDataError("the gzip body is cut short")
        parts.append(part)
        room -= len(part)
        rest = inflater.unused_data
    if not parts:
        raise BadDataError("the gzip body is empty")
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _unzstd(body: bytes, ceiling: int) -> bytes:
    parts = []
    room = ceiling
    rest = body
    decompressor = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW_BYTES)
    while rest:
        part, rest = _unzstd_frame(decompressor, rest, room)
        parts.append(part)
        room -= len(part)
    if not parts:
        raise BadDataError("the zstd body is empty")
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _unzstd_frame(decompressor: zstandard.ZstdDecompressor, body: bytes, room: int) -> tuple[bytes, bytes]:
    inflater = decompressor.decompressobj()
    out = bytearray()
    for start in range(0, len(body), _ZSTD_SLICE_BYTES):
        try:
            out += inflater.decompress(body[start : start + _ZSTD_SLICE_BYTES])
        except zstandard.ZstdError as error:
            raise BadDataError("the body is not valid zstd, or its window is too large") from error
        if len(out) > room:
            raise TooLargeError("the body inflates beyond the limits")
        if inflater.eof:
            return bytes(out), inflater.unused_data + body[start + _ZSTD_SLICE_BYTES :]
    raise BadDataError("the zstd body is cut short")
