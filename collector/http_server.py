"""
The HTTP/1.1 server of the ingest port: an asyncio protocol on httptools.

It counts bytes as they come, judges a request by its head before the body is read, holds one request per connection,
and closes what is slow. A refused body is read and dropped, so that the connection stays good for the next request.
"""

import asyncio
import contextlib
import ssl
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import httptools
import structlog

from collector.admission import Admission, Reservation
from collector.config import LimitsConfig
from collector.http_messages import Answer, Endpoint, Head, Outcome, render
from collector.loop_thread import Bridge
from collector.refusals import OverloadedError, RefusalError, TooLargeError

_log = structlog.get_logger(__name__)
_SWEEP_EVERY_S = 1.0
_MAX_HEAD_BYTES = 32 * 2**10
_WORKERS = 2
_MAX_DROPPED_BYTES = 2**28
_POLL_S = 0.01
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class HttpServer:
    """
    The HTTP port.

    Args:
        endpoints: What stands behind each path.
        fallback: Says what a path or method is that nothing stands behind.
        admission: Bytes under way.
        limits: Sizes, counts and times.
        bridge: Tells the loop that a request is on disk.
    """

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        fallback: Endpoint,
        admission: Admission,
        limits: LimitsConfig,
        bridge: Bridge,
    ) -> None:
        self.endpoints = endpoints
        self.fallback = fallback
        self.admission = admission
        self.limits = limits
        self.bridge = bridge
        self.workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="http-body")
        self.connections: set[HttpConnection] = set()
        self.is_closing = False
        self.port = 0

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        """
        Listen on *host*:*port*, with *tls* when given.

        Raises:
            OSError: The address cannot be bound.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: HttpConnection(self), host, port, ssl=tls, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]
        self._sweeper = loop.create_task(self._sweep())

    async def stop(self, grace_s: float) -> None:
        """Refuse new connections, and give requests under way *grace_s* seconds."""
        self.is_closing = True
        self._server.close()
        deadline_s = time.monotonic() + grace_s
        # Polled, since this is at shutdown only, and an event per connection would cost always.
        while any(one.is_busy for one in self.connections) and time.monotonic() < deadline_s:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_S)
        self._sweeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._sweeper
        for connection in list(self.connections):
            connection.close()
        self.workers.shutdown(wait=False, cancel_futures=True)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_EVERY_S)
            now_s = time.monotonic()
            for connection in list(self.connections):
                if connection.deadline_s < now_s:
                    connection.close()


class HttpConnection(asyncio.Protocol):
    """
    One connection.

    Args:
        server: The server it belongs to.
    """

    def __init__(self, server: HttpServer) -> None:
        self._server = server
        self._parser = httptools.HttpRequestParser(self)
        self._reservation = Reservation(server.admission)
        self.is_busy = False
        self.deadline_s = time.monotonic() + server.limits.read_timeout_s
        self._begin()

    def _begin(self) -> None:
        self._target = b""
        self._fields: dict[str, str] = {}
        self._head_bytes = 0
        self._head: Head | None = None
        self._endpoint: Endpoint = self._server.fallback
        self._chunks: list[bytes] = []
        self._size = 0
        self._is_answered = False
        self._is_whole = False
        self._keep_alive = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection in, or close it when there are too many."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream server's transport
        if len(self._server.connections) >= self._server.limits.max_connections or self._server.is_closing:
            transport.close()
            return
        self._server.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        """Forget the connection; a request that is being stored is stored, unanswered."""
        self._server.connections.discard(self)
        if not self.is_busy:
            self._reservation.release()

    def close(self) -> None:
        """Close at once."""
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Feed the parser."""
        self.deadline_s = time.monotonic() + self._server.limits.read_timeout_s
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.close()  # HTTP/2 or a web socket: neither is spoken here
        except httptools.HttpParserError:
            if not self.is_busy and not self._transport.is_closing():
                self._transport.write(render(Answer(400), keep_alive=False, now_s=time.time()))
            self.close()

    # The parser's callbacks, in the order in which they come.

    def on_message_begin(self) -> None:
        """Start a request; a second one while the first is under way (pipelining) is not served."""
        if self.is_busy:
            self._transport.pause_reading()
            self.close()
            return
        self._begin()

    def on_url(self, url: bytes) -> None:
        """Collect the target."""
        self._target += url
        self._limit_head(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header."""
        self._limit_head(len(name) + len(value))
        key = name.decode("latin-1").lower()
        text = value.decode("latin-1")
        self._fields[key] = f"{self._fields[key]}, {text}" if key in self._fields else text

    def _limit_head(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > _MAX_HEAD_BYTES:
            self.close()

    def on_headers_complete(self) -> None:
        """Judge the request by its head."""
        path = httptools.parse_url(self._target).path.decode("latin-1")
        self._head = Head(self._parser.get_method().decode("latin-1"), path, self._fields)
        self._keep_alive = self._parser.should_keep_alive()
        self._endpoint = self._server.endpoints.get(path, self._server.fallback)
        if self._head.method != "POST":
            self._endpoint = self._server.fallback
        try:
            self._endpoint.admit(self._head)
            declared = int(self._fields.get("content-length", "0"))
            if declared > self._server.limits.max_request_bytes:
                raise TooLargeError(f"the request is larger than {self._server.limits.max_request_bytes} bytes")
            self._reservation.grow(declared)
        except RefusalError as error:
            self._refuse(error)
            return
        if "expect" in self._fields:
            self._transport.write(_CONTINUE)

    def on_body(self, body: bytes) -> None:
        """Collect the body; drop it when the request is refused already."""
        self._size += len(body)
        if self._is_answered:
            if self._size > _MAX_DROPPED_BYTES:
                self.close()  # a refused body is read to its end, but not for ever
            return
        try:
            if self._size > self._server.limits.max_request_bytes:
                raise TooLargeError(f"the request is larger than {self._server.limits.max_request_bytes} bytes")
            if "content-length" not in self._fields:
                self._reservation.grow(len(body))
        except RefusalError as error:
            self._refuse(error)
            return
        self._chunks.append(body)

    def on_message_complete(self) -> None:
        """Process the request, here or on a worker when it is heavy."""
        self._is_whole = True
        if self._is_answered:
            self._end()
            return
        assert self._head is not None  # noqa: S101  # the parser calls on_headers_complete first
        self.is_busy = True
        self.deadline_s = float("inf")
        body = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks = []
        process = partial(self._endpoint.process, self._head, body, self._reservation.grow)
        if self._endpoint.is_heavy(self._head, len(body)):
            work = self._server.workers.submit(process)
            self._server.bridge.when_done(work, lambda: self._conclude(work.result))
        else:
            self._conclude(process)

    def _conclude(self, result: Callable[[], Outcome]) -> None:
        try:
            outcome = result()
        except RefusalError as error:
            self._refuse(error)
        except Exception:  # noqa: BLE001
            # The last line of defence for one request: the client keeps its data and the cause is in the log.
            _log.exception("request failed")
            self._refuse(OverloadedError("the request could not be processed"))
        else:
            stored = outcome.stored
            if stored is None or stored.done():
                self._acknowledge(outcome)
            else:
                self._server.bridge.when_done(stored, lambda: self._acknowledge(outcome))

    def _acknowledge(self, outcome: Outcome) -> None:
        try:
            if outcome.stored is not None:
                outcome.stored.result()
        except RefusalError as error:
            self._refuse(error)
        else:
            self._answer(outcome.answer)

    def _refuse(self, error: RefusalError) -> None:
        assert self._head is not None  # noqa: S101  # only requests with a head are refused
        self._answer(self._endpoint.refuse(self._head, error))

    def _answer(self, answer: Answer) -> None:
        self._is_answered = True
        self._chunks = []
        self._reservation.release()
        keep_alive = self._keep_alive and not self._server.is_closing
        if not self._transport.is_closing():
            self._transport.write(render(answer, keep_alive=keep_alive, now_s=time.time()))
        if self._is_whole:
            self._end()

    def _end(self) -> None:
        self.is_busy = False
        self.deadline_s = time.monotonic() + self._server.limits.idle_timeout_s
        if not self._keep_alive or self._server.is_closing:
            self.close()
