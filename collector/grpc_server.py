"""
OTLP/gRPC: the three Export services on one port.

The server speaks HTTP/2 itself (`collector.http2_connection`) and knows unary calls only. A call is judged by its
headers before its message is read, and the room for a message is reserved when its length is known.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import structlog
from google.rpc import status_pb2

from collector.admission import Admission
from collector.auth import Authenticator
from collector.config import LimitsConfig
from collector.grpc_call import Call, pack_refusal
from collector.http2_connection import Http2Connection
from collector.http2_headers import NOT_GRPC, timeout_s
from collector.inflate import inflate
from collector.intake import Accepted, Intake, count_refusal
from collector.loop_thread import Bridge
from collector.message_memory import MessageMemory
from collector.otlp import SERVICES, OtlpService
from collector.refusals import BadDataError, OverloadedError, RefusalError
from collector.status import status_of
from core.tls import ServerTls

_log = structlog.get_logger(__name__)
_CONTENT_TYPE = "application/grpc"
_ENCODINGS = ("", "identity", "gzip", "zstd")
_DEADLINE_EXCEEDED = pack_refusal(status_pb2.Status(code=4, message="the deadline has passed"))
_NO_SUCH_METHOD = pack_refusal(status_pb2.Status(code=12, message="there is no such method here"))
_NO_SUCH_ENCODING = pack_refusal(
    status_pb2.Status(code=12, message="the message encoding is not spoken here"),
    {"grpc-accept-encoding": "identity,gzip,zstd"},
)
_HEAVY_BYTES = 2**20
_HEAVY_ENCODED_BYTES = 64 * 2**10
_READ_BYTES = 256 * 2**10
_WORKERS = 2
_SWEEP_EVERY_S = 1.0
_POLL_S = 0.01


class GrpcReceiver:
    """
    The gRPC port.

    Args:
        intake: Where requests go.
        admission: Bytes under way.
        limits: Message size and streams.
        authenticator: Judges credentials before a message is read.
        bridge: Tells the loop that a request is on disk.
        tls: Certificates of the port; None speaks plain text.
    """

    def __init__(
        self,
        intake: Intake,
        admission: Admission,
        limits: LimitsConfig,
        authenticator: Authenticator,
        bridge: Bridge,
        tls: ServerTls | None = None,
    ) -> None:
        self._intake = intake
        self._admission = admission
        self._limits = limits
        self._authenticator = authenticator
        self._bridge = bridge
        self._tls = tls
        self._services = {f"/{service.grpc_service}/Export": service for service in SERVICES.values()}
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="grpc-body")
        self._memory = MessageMemory()
        # All connections read into the same bytes, one after another: what is left of them is copied before the next.
        self._read_buffer = memoryview(bytearray(_READ_BYTES))
        self.connections: set[Http2Connection] = set()
        self.port = 0

    async def start(self, host: str, port: int) -> None:
        """
        Listen on *host*:*port*.

        Raises:
            OSError: The address cannot be bound.
        """
        loop = asyncio.get_running_loop()
        context = self._tls.context if self._tls else None
        self._server = await loop.create_server(self._connect, host, port, ssl=context, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]
        self._sweeper = loop.create_task(self._sweep())

    def _connect(self) -> Http2Connection:
        return Http2Connection(self, self.connections, self._admission, self._limits, self._memory, self._read_buffer)

    async def stop(self, grace_s: float) -> None:
        """Refuse new calls, and give those under way *grace_s* seconds."""
        self._server.close()
        deadline_s = time.monotonic() + grace_s
        for connection in list(self.connections):
            connection.leave()
        # Polled, since this is at shutdown only, and an event per connection would cost always.
        while any(one.is_busy for one in self.connections) and time.monotonic() < deadline_s:  # noqa: ASYNC110  # see above
            await asyncio.sleep(_POLL_S)
        self._sweeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._sweeper
        for connection in list(self.connections):
            connection.close()
        self._workers.shutdown(wait=False, cancel_futures=True)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_EVERY_S)
            now_s = time.monotonic()
            for connection in list(self.connections):
                if connection.is_overdue(now_s):
                    connection.leave()
                    connection.close()

    # What the connections ask for.

    def begin(self, connection: Http2Connection, call: Call) -> None:
        """Judge a call by its headers."""
        head = call.head
        service = self._services.get(head.path)
        if head.method != "POST" or not head.content_type.startswith(_CONTENT_TYPE):
            connection.answer_headers(call, NOT_GRPC)
        elif service is None:
            connection.answer_headers(call, _NO_SUCH_METHOD)
        elif head.encoding not in _ENCODINGS:
            connection.answer_headers(call, _NO_SUCH_ENCODING)
        else:
            try:
                call.actor = self._authenticator.check(head.authorization, service.signal)
                if head.timeout:
                    call.deadline_s = time.monotonic() + timeout_s(head.timeout)
            except RefusalError as error:
                self.refuse(connection, call, error)
            except ValueError:
                self.refuse(connection, call, BadDataError("the timeout cannot be read"))

    def refuse(self, connection: Http2Connection, call: Call, error: RefusalError) -> None:
        """Answer a call that is not taken with the status of *error*."""
        count_refusal(self._services[call.head.path].signal, error)
        connection.answer_headers(call, pack_refusal(status_of(error)))

    def process(self, connection: Http2Connection, call: Call) -> None:
        """Take a whole call, here or on a worker when it is heavy."""
        try:
            message = call.whole_message()
        except BadDataError as error:
            self._conclude_badly(connection, call, error)
            return
        service = self._services[call.head.path]
        limit = _HEAVY_ENCODED_BYTES if call.is_compressed else _HEAVY_BYTES
        accept = partial(self._accept, service, call, message)
        if len(message) > limit:
            work = self._workers.submit(accept)
            self._bridge.when_done(work, lambda: self._conclude(connection, call, service, work.result))
        else:
            self._conclude(connection, call, service, accept)

    def _accept(self, service: OtlpService, call: Call, message: bytes | bytearray) -> Accepted:
        if call.is_compressed:
            if call.head.encoding in ("", "identity"):
                raise BadDataError("the message is compressed, and nothing says how")
            message = inflate(bytes(message), call.head.encoding, self._limits)
            call.reservation.grow(len(message))
        assert call.actor is not None  # noqa: S101  # set when the headers were judged
        return self._intake.accept(service.signal, message, "grpc", call.actor)

    def _conclude(
        self, connection: Http2Connection, call: Call, service: OtlpService, result: Callable[[], Accepted]
    ) -> None:
        try:
            accepted = result()
        except RefusalError as error:
            self._conclude_badly(connection, call, error)
        except Exception:  # noqa: BLE001  # see below
            # The last line of defence for one call: the client keeps its data and the cause is in the log.
            _log.exception("request failed")
            self._conclude_badly(connection, call, OverloadedError("the request could not be processed"))
        else:
            stored = accepted.stored
            if stored is None or stored.done():
                self._acknowledge(connection, call, service, accepted)
            else:
                self._bridge.when_done(stored, lambda: self._acknowledge(connection, call, service, accepted))

    def _acknowledge(self, connection: Http2Connection, call: Call, service: OtlpService, accepted: Accepted) -> None:
        try:
            if accepted.stored is not None:
                accepted.stored.result()
        except RefusalError as error:
            self._conclude_badly(connection, call, error)
            return
        if time.monotonic() > call.deadline_s:
            connection.answer_headers(call, _DEADLINE_EXCEEDED)
        else:
            connection.answer(call, service.partial_success(accepted.checked.rejected, accepted.checked.message))
        call.release()

    def _conclude_badly(self, connection: Http2Connection, call: Call, error: RefusalError) -> None:
        self.refuse(connection, call, error)
        call.release()
