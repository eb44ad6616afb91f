"""
One HTTP/2 connection of a server of unary calls (RFC 9113): calls, flow control, and what a peer may not do.

Messages are never held beyond what was reserved for them, whatever the size of the windows: the bytes of a call that
was answered already are counted and dropped. Frames that carry no call forward come out of a budget, so that a peer
cannot keep the server busy with resets, pings or settings (CVE-2023-44487 and its kin).
"""

import asyncio
import time
from typing import Protocol

from collector import http2_frames as h2
from collector.admission import Admission, Reservation
from collector.config import LimitsConfig
from collector.grpc_call import Call, Stage
from collector.http2_frames import ConnectionFaultError, ErrorCode, check
from collector.http2_headers import ANSWER_HEAD, GOOD_TRAILERS, MAX_HEADER_BYTES, HeaderReader
from collector.http2_reader import MAX_FRAME_BYTES, FrameReader
from collector.message_memory import MessageMemory
from collector.refusals import RefusalError

_STREAM_WINDOW_BYTES = 4 * 2**20
_CONNECTION_WINDOW_BYTES = 16 * 2**20
_IDLE_FRAMES = 2_000
_IDLE_FRAMES_A_CALL = 20
_IDLE_FRAMES_A_SECOND = 10
_EMPTY_MESSAGE = bytes(5)
_GOOD_HEAD = h2.pack_frame(h2.HEADERS, h2.END_HEADERS, 0, ANSWER_HEAD)
_GOOD_BODY = h2.pack_frame(h2.DATA, 0, 0, _EMPTY_MESSAGE)
_GOOD_TAIL = h2.pack_frame(h2.HEADERS, h2.END_HEADERS | h2.END_STREAM, 0, GOOD_TRAILERS)
_STREAM_AT = slice(5, 9)
# The answer to most calls: an empty message; the number of the stream is left open thrice.
_GOOD_ANSWER = b"".join(
    frame[: _STREAM_AT.start].replace(b"%", b"%%") + b"%b" + frame[_STREAM_AT.stop :].replace(b"%", b"%%")
    for frame in (_GOOD_HEAD, _GOOD_BODY, _GOOD_TAIL)
)


class CallHandler(Protocol):
    """What stands behind a connection."""

    def begin(self, connection: "Http2Connection", call: Call) -> None:
        """Judge a call by its headers; an answer may be given at once."""
        ...

    def refuse(self, connection: "Http2Connection", call: Call, error: RefusalError) -> None:
        """Answer a call that is not taken."""
        ...

    def process(self, connection: "Http2Connection", call: Call) -> None:
        """Take a call that has come to its end."""
        ...


class Http2Connection(asyncio.BufferedProtocol):
    """
    One connection.

    Args:
        handler: Takes the calls.
        connections: The open ones, kept up to date here.
        admission: Bytes under way.
        limits: Sizes, counts and times.
        memory: Where messages are put.
        read_buffer: Where bytes are read to; others read there, too, once these are taken.

    Attributes:
        heard_s: Monotonic seconds at which the peer was last heard.
    """

    def __init__(
        self,
        handler: CallHandler,
        connections: "set[Http2Connection]",
        admission: Admission,
        limits: LimitsConfig,
        memory: MessageMemory,
        read_buffer: memoryview,
    ) -> None:
        self._handler = handler
        self._connections = connections
        self._admission = admission
        self._limits = limits
        self._memory = memory
        self._read_buffer = read_buffer
        self._headers = HeaderReader()
        self._calls: dict[int, Call] = {}
        self._reader = FrameReader(self)
        self._last_stream = 0
        self._data_call: Call | None = None
        self._receive_window = _CONNECTION_WINDOW_BYTES
        self._send_window = self._initial_window = h2.DEFAULT_WINDOW_BYTES
        self._idle_frames = _IDLE_FRAMES
        self._is_leaving = False
        self.heard_s = time.monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection in and say what may be sent, or close it when there are too many."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream server's transport
        if len(self._connections) >= self._limits.max_connections:
            transport.close()
            return
        self._connections.add(self)
        settings = {
            h2.MAX_CONCURRENT_STREAMS: self._limits.max_concurrent_streams,
            h2.INITIAL_WINDOW_SIZE: _STREAM_WINDOW_BYTES,
            h2.MAX_FRAME_SIZE: MAX_FRAME_BYTES,
            h2.MAX_HEADER_LIST_SIZE: MAX_HEADER_BYTES,
        }
        more = h2.pack_window_update(0, _CONNECTION_WINDOW_BYTES - h2.DEFAULT_WINDOW_BYTES)
        self._transport.write(h2.pack_settings(settings) + more)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        """Forget the calls; a request that is being stored is stored, unanswered."""
        self._connections.discard(self)
        for call in list(self._calls.values()):
            self._forget(call)

    def pause_writing(self) -> None:
        """Read no more from a peer that does not read."""
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on reading."""
        self._transport.resume_reading()

    @property
    def is_busy(self) -> bool:
        """Whether a call waits for its answer."""
        return bool(self._calls)

    def is_overdue(self, now_s: float) -> bool:
        """Whether the peer has been silent too long: in the middle of something, or with nothing to do."""
        silent_s = now_s - self.heard_s
        if self._reader.is_waiting or any(call.stage is Stage.READING for call in self._calls.values()):
            return silent_s > self._limits.read_timeout_s
        return not self._calls and silent_s > self._limits.idle_timeout_s

    def leave(self) -> None:
        """Take no new call; close when those under way are answered."""
        if not self._is_leaving and not self._transport.is_closing():
            self._is_leaving = True
            self._transport.write(h2.pack_goaway(self._last_stream, ErrorCode.NO_ERROR))
        if not self._calls:
            self._transport.close()

    def close(self) -> None:
        """Close at once."""
        self._transport.close()

    # What comes in.

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # asyncio's signature
        """Say where to read to."""
        return self._read_buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Read frames."""
        silent_s = time.monotonic() - self.heard_s
        self.heard_s += silent_s
        # A connection kept alive by pings spends nothing that its silence does not bring back.
        self._idle_frames = min(_IDLE_FRAMES, self._idle_frames + int(silent_s * _IDLE_FRAMES_A_SECOND))
        if self._transport.is_closing():
            return
        try:
            self._reader.read(self._read_buffer[:nbytes])
        except ConnectionFaultError as fault:
            self._send(h2.pack_goaway(self._last_stream, fault.code))
            self._transport.close()

    def on_data_begin(self, stream: int, size_bytes: int, *, is_empty: bool) -> None:
        """Count what comes against the windows."""
        check(self._was_opened(stream))
        call = self._data_call = self._calls.get(stream)
        if is_empty:
            self._spend()
        self._receive_window -= size_bytes
        check(self._receive_window >= 0, ErrorCode.FLOW_CONTROL_ERROR)
        if self._receive_window < _CONNECTION_WINDOW_BYTES // 2:
            self._send(h2.pack_window_update(0, _CONNECTION_WINDOW_BYTES - self._receive_window))
            self._receive_window = _CONNECTION_WINDOW_BYTES
        if call is None:
            return
        call.receive_window -= size_bytes
        check(call.receive_window >= 0, ErrorCode.FLOW_CONTROL_ERROR)
        if call.receive_window < _STREAM_WINDOW_BYTES // 2 and call.stage is Stage.READING:
            self._send(h2.pack_window_update(call.number, _STREAM_WINDOW_BYTES - call.receive_window))
            call.receive_window = _STREAM_WINDOW_BYTES

    def on_data(self, chunk: memoryview) -> None:
        """Give the call what is its own; what nobody waits for is dropped."""
        call = self._data_call
        if call is not None and call.stage is Stage.READING:
            try:
                call.feed(chunk, self._limits.max_request_bytes)
            except RefusalError as error:
                self._handler.refuse(self, call, error)

    def on_data_end(self, *, ends: bool) -> None:
        """Process the call when this was the end of it."""
        call, self._data_call = self._data_call, None
        if call is not None and ends:
            self._half_close(call)

    def _half_close(self, call: Call) -> None:
        call.is_half_closed = True
        if call.stage is Stage.READING:
            call.stage = Stage.PROCESSING
            self._handler.process(self, call)

    def on_control(self, kind: int, flags: int, stream: int, payload: bytes) -> None:
        """Serve settings, windows, pings and resets."""
        self._spend()
        if kind == h2.WINDOW_UPDATE:
            self._widen(stream, payload)
        elif kind == h2.PING:
            check(stream == 0)
            check(len(payload) == 8, ErrorCode.FRAME_SIZE_ERROR)  # noqa: PLR2004  # RFC 9113, 6.7
            if not flags & h2.ACK:
                self._send(h2.pack_frame(h2.PING, h2.ACK, 0, payload))
        elif kind == h2.SETTINGS:
            check(stream == 0)
            if not flags & h2.ACK:
                self._settle(h2.read_settings(payload))
                self._send(h2.pack_frame(h2.SETTINGS, h2.ACK, 0))
        elif kind == h2.RST_STREAM:
            check(self._was_opened(stream))
            check(len(payload) == 4, ErrorCode.FRAME_SIZE_ERROR)  # noqa: PLR2004  # RFC 9113, 6.4
            call = self._calls.get(stream)
            if call is not None:
                self._forget(call)
        elif kind == h2.GOAWAY:
            self._is_leaving = True
        elif kind == h2.PUSH_PROMISE:
            raise ConnectionFaultError(ErrorCode.PROTOCOL_ERROR)
        # PRIORITY and kinds that are not known are passed over (RFC 9113, 5.5).

    def on_headers(self, stream: int, block: bytes, *, ends: bool) -> None:
        """Begin a call."""
        head = self._headers.read(block)  # always, since the next block is read in its light
        if stream <= self._last_stream:
            call = self._calls.get(stream)  # trailers of the client, or of a call that was answered already
            if call is not None and ends:
                self._half_close(call)
            return
        check(stream % 2 == 1)
        if self._is_leaving:
            return  # told so by the GOAWAY: the client sends it elsewhere
        self._last_stream = stream
        if len(self._calls) >= self._limits.max_concurrent_streams:
            self._spend()
            self._send(h2.pack_reset(stream, ErrorCode.REFUSED_STREAM))
            return
        held = Reservation(self._admission)
        call = Call(stream, head, self._initial_window, _STREAM_WINDOW_BYTES, held, self._memory)
        self._calls[stream] = call
        self._handler.begin(self, call)
        if ends and call.stage is Stage.READING:
            self._half_close(call)

    def _settle(self, settings: dict[int, int]) -> None:
        window = settings.get(h2.INITIAL_WINDOW_SIZE)
        if window is None:
            return
        change = window - self._initial_window
        self._initial_window = window
        for call in list(self._calls.values()):
            call.send_window += change
            self._pump(call)

    def _widen(self, stream: int, payload: bytes) -> None:
        check(len(payload) == 4, ErrorCode.FRAME_SIZE_ERROR)  # noqa: PLR2004  # RFC 9113, 6.9
        more = int.from_bytes(payload, "big") & h2.STREAM_BITS
        check(more > 0)
        if stream == 0:
            self._send_window += more
            check(self._send_window <= h2.MAX_WINDOW_BYTES, ErrorCode.FLOW_CONTROL_ERROR)
            for call in [call for call in self._calls.values() if call.unsent]:
                self._pump(call)
        elif (found := self._calls.get(stream)) is not None:
            found.send_window += more
            check(found.send_window <= h2.MAX_WINDOW_BYTES, ErrorCode.FLOW_CONTROL_ERROR)
            self._pump(found)

    def _was_opened(self, stream: int) -> bool:
        # While leaving, the client may not know yet that its newest calls are not taken.
        return stream > 0 and (stream <= self._last_stream or self._is_leaving)

    def _spend(self) -> None:
        self._idle_frames -= 1
        if self._idle_frames < 0:
            raise ConnectionFaultError(ErrorCode.ENHANCE_YOUR_CALM)

    # What goes out.

    def _send(self, frames: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(frames)

    def answer(self, call: Call, message: bytes) -> None:
        """Answer *call* well; nothing is said when it was given up or the connection is gone."""
        if call.stage is Stage.DONE:
            return
        self._idle_frames = min(_IDLE_FRAMES, self._idle_frames + _IDLE_FRAMES_A_CALL)
        size = len(_EMPTY_MESSAGE)
        if not message and call.send_window >= size and self._send_window >= size:
            self._send_window -= size
            number = call.number.to_bytes(4, "big")
            self._send(_GOOD_ANSWER % (number, number, number))
            self._forget(call)
            return
        self._send(h2.pack_frame(h2.HEADERS, h2.END_HEADERS, call.number, ANSWER_HEAD))
        call.unsent = b"\0" + len(message).to_bytes(4, "big") + message
        self._pump(call)

    def _pump(self, call: Call) -> None:
        """Send what the client has room for, and the end when everything is sent."""
        if not call.unsent:
            return
        size = min(len(call.unsent), call.send_window, self._send_window, h2.MIN_FRAME_BYTES)
        while size > 0:
            self._send(h2.pack_frame(h2.DATA, 0, call.number, call.unsent[:size]))
            call.unsent = call.unsent[size:]
            call.send_window -= size
            self._send_window -= size
            size = min(len(call.unsent), call.send_window, self._send_window, h2.MIN_FRAME_BYTES)
        if not call.unsent:
            self._send(h2.pack_frame(h2.HEADERS, h2.END_HEADERS | h2.END_STREAM, call.number, GOOD_TRAILERS))
            self._forget(call)

    def answer_headers(self, call: Call, block: bytes) -> None:
        """Answer *call* with one header block and nothing else; what it still sends is dropped."""
        if call.stage is Stage.DONE:
            return
        frames = h2.pack_frame(h2.HEADERS, h2.END_HEADERS | h2.END_STREAM, call.number, block)
        if not call.is_half_closed:
            frames += h2.pack_reset(call.number, ErrorCode.NO_ERROR)
        self._send(frames)
        self._forget(call)

    def _forget(self, call: Call) -> None:
        if call.stage is Stage.READING:
            call.release()  # one that is processed holds its bytes until that is over
        call.stage = Stage.DONE
        self._calls.pop(call.number, None)
        if self._is_leaving and not self._calls:
            self._transport.close()
