"""
Reads the frames of one HTTP/2 connection from its bytes (RFC 9113, section 4), in whatever stretches they come.

DATA is handed on as it arrives and never collected here; of everything else a frame is small, or refused.
"""

from typing import Protocol

from collector import http2_frames as h2
from collector.http2_frames import ErrorCode, check
from collector.http2_headers import MAX_HEADER_BYTES

MAX_FRAME_BYTES = 2**20  # of DATA
_MAX_CONTINUATIONS = 16


class FrameHandler(Protocol):
    """What is told of frames; each method may raise `ConnectionFaultError`."""

    def on_headers(self, stream: int, block: bytes, *, ends: bool) -> None:
        """A whole header block has come."""
        ...

    def on_data_begin(self, stream: int, size_bytes: int, *, is_empty: bool) -> None:
        """A DATA frame begins; *size_bytes* count for flow control, padding included."""
        ...

    def on_data(self, chunk: memoryview) -> None:
        """A stretch of the DATA frame has come: a view of bytes that are written over after this."""
        ...

    def on_data_end(self, *, ends: bool) -> None:
        """The DATA frame has come to its end."""
        ...

    def on_control(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        """Any other frame has come."""
        ...


class FrameReader:
    """
    The state between two stretches of bytes.

    Args:
        handler: Is told of frames.
    """

    def __init__(self, handler: FrameHandler) -> None:
        self._handler = handler
        self._rest = b""
        self._has_preface = False
        self._data_left = self._padding_left = 0
        self._data_ends = False
        self._block: list[bytes] | None = None
        self._block_stream = self._block_flags = 0

    @property
    def is_waiting(self) -> bool:
        """Whether the bytes so far end inside of something."""
        return not self._has_preface or bool(self._rest or self._data_left or self._block is not None)

    def read(self, data: bytes | memoryview) -> None:
        """
        Take the bytes that came; they may be written over after this.

        Raises:
            ConnectionFaultError: They are not HTTP/2, or more than is taken.
        """
        if self._rest:
            data = self._rest + data
        position, end = 0, len(data)
        if not self._has_preface:
            check(data[: len(h2.PREFACE)] == h2.PREFACE[:end])
            if end < len(h2.PREFACE):
                self._rest = bytes(data)
                return
            self._has_preface = True
            position = len(h2.PREFACE)
        view = memoryview(data)
        while True:
            if self._data_left or self._padding_left:
                position = self._read_data(view, position)
            if end - position < h2.FRAME_HEADER_BYTES:
                break
            upper, lower, kind, flags, stream = h2.FRAME_HEADER.unpack_from(data, position)
            size = upper << 8 | lower
            start = position + h2.FRAME_HEADER_BYTES
            if kind == h2.DATA:
                is_padded = bool(flags & h2.PADDED)
                if is_padded and start == end:
                    break
                self._begin_data(stream & h2.STREAM_BITS, size, flags, data[start] if is_padded else -1)
                position = start + is_padded
                continue
            check(size <= MAX_HEADER_BYTES, ErrorCode.FRAME_SIZE_ERROR)
            if end - start < size:
                break
            position = start + size
            self._take_frame(kind, flags, stream & h2.STREAM_BITS, bytes(data[start:position]))
        self._rest = bytes(data[position:])

    def _begin_data(self, stream: int, size: int, flags: int, padding: int) -> None:
        check(self._block is None)
        check(size <= MAX_FRAME_BYTES, ErrorCode.FRAME_SIZE_ERROR)
        left = size if padding < 0 else size - 1 - padding
        check(left >= 0)
        self._data_left, self._padding_left = left, max(0, padding)
        self._data_ends = bool(flags & h2.END_STREAM)
        self._handler.on_data_begin(stream, size, is_empty=not left and not self._data_ends)
        if not left and not self._padding_left:
            self._handler.on_data_end(ends=self._data_ends)

    def _read_data(self, view: memoryview, position: int) -> int:
        stop = min(position + self._data_left, len(view))
        if stop > position:
            self._data_left -= stop - position
            self._handler.on_data(view[position:stop])
        if not self._data_left:
            skipped = min(self._padding_left, len(view) - stop)
            self._padding_left -= skipped
            stop += skipped
            if not self._padding_left:
                self._handler.on_data_end(ends=self._data_ends)
        return stop

    def _take_frame(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        check((self._block is not None) is (kind == h2.CONTINUATION))
        if kind == h2.HEADERS:
            self._block, self._block_stream, self._block_flags = [], stream, flags
            self._take_block(h2.without_padding(flags, payload), flags)
        elif kind == h2.CONTINUATION:
            check(stream == self._block_stream)
            self._take_block(payload, flags)
        else:
            self._handler.on_control(kind, flags, stream, payload)

    def _take_block(self, part: bytes, flags: int) -> None:
        assert self._block is not None  # noqa: S101  # set by the HEADERS frame before
        self._block.append(part)
        is_small = len(self._block) <= _MAX_CONTINUATIONS and sum(map(len, self._block)) <= MAX_HEADER_BYTES
        check(is_small, ErrorCode.ENHANCE_YOUR_CALM)
        if flags & h2.END_HEADERS:
            block = self._block[0] if len(self._block) == 1 else b"".join(self._block)
            self._block = None
            self._handler.on_headers(self._block_stream, block, ends=bool(self._block_flags & h2.END_STREAM))
