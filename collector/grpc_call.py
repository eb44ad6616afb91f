"""One unary gRPC call: its message as it comes in, and its status as it goes out (gRPC over HTTP2)."""

import base64
from enum import Enum
from urllib.parse import quote

from google.rpc import status_pb2

from collector.admission import Reservation
from collector.http2_headers import ANSWER_HEAD, CallHead, pack_headers
from collector.refusals import BadDataError, TooLargeError
from core.access import Actor

PREFIX_BYTES = 5  # compressed or not, and the length of the message
_LARGE_BYTES = 32 * 2**10
_MOST_HELD = 4  # bytes held on to for one byte of a message


class Stage(Enum):
    """How far a call has come."""

    READING = "reading"
    PROCESSING = "processing"
    DONE = "done"


class Call:
    """
    One stream of a connection.

    Args:
        number: Number of the stream.
        head: Its headers.
        send_window: Bytes the client takes.
        receive_window: Bytes the client may send.
        reservation: Counts the bytes of the message.

    Attributes:
        stage: How far it has come.
        is_half_closed: The client has sent everything.
        is_compressed: The message is in the encoding that *head* names.
        deadline_s: Monotonic seconds after which nobody waits for the answer.
        actor: Who calls; set once that is known.
        unsent: Bytes of the answer for which the client has no room yet.
    """

    __slots__ = (
        "_expected",
        "_parts",
        "_prefix",
        "_size",
        "actor",
        "deadline_s",
        "head",
        "is_compressed",
        "is_half_closed",
        "number",
        "receive_window",
        "reservation",
        "send_window",
        "stage",
        "unsent",
    )

    def __init__(
        self, number: int, head: CallHead, send_window: int, receive_window: int, reservation: Reservation
    ) -> None:
        self.number = number
        self.head = head
        self.send_window = send_window
        self.receive_window = receive_window
        self.reservation = reservation
        self.stage = Stage.READING
        self.is_half_closed = False
        self.is_compressed = False
        self.deadline_s = float("inf")
        self.actor: Actor | None = None
        self.unsent = b""
        self._expected = -1
        self._size = 0
        self._prefix = b""
        self._parts: list[memoryview | bytearray] = []

    def feed(self, chunk: memoryview, max_bytes: int) -> None:
        """
        Take a stretch of the message.

        Raises:
            TooLargeError: It says of itself that it is larger than *max_bytes*.
            OverloadedError: Too much is under way.
            BadDataError: More than one message.
        """
        if self._expected < 0:
            if self._prefix or len(chunk) < PREFIX_BYTES:
                self._prefix += bytes(chunk)
                if len(self._prefix) < PREFIX_BYTES:
                    return
                chunk = memoryview(self._prefix)
            self._begin(chunk, max_bytes)
            chunk = chunk[PREFIX_BYTES:]
        if chunk:
            self._size += len(chunk)
            if self._size > self._expected:
                raise BadDataError("more than one message in a call")
            self._keep(chunk)

    def _keep(self, chunk: memoryview) -> None:
        """Keep a large stretch as the view it is, unless that would hold on to much more; small ones together."""
        if len(chunk) >= _LARGE_BYTES and len(chunk) * _MOST_HELD >= memoryview(chunk.obj).nbytes:
            self._parts.append(chunk)
        elif self._parts and isinstance(self._parts[-1], bytearray):
            self._parts[-1] += chunk
        else:
            self._parts.append(bytearray(chunk))

    def _begin(self, chunk: memoryview, max_bytes: int) -> None:
        self.is_compressed = bool(chunk[0])
        expected = int.from_bytes(chunk[1:PREFIX_BYTES], "big")
        if expected > max_bytes:
            raise TooLargeError(f"the message is larger than {max_bytes} bytes")
        self.reservation.grow(expected)
        self._expected = expected

    def take_message(self) -> bytes:
        """
        Return the message.

        Raises:
            BadDataError: There is none, or it is not whole.
        """
        if self._size != self._expected:
            raise BadDataError("the call ended before its message did")
        parts, self._parts = self._parts, []
        return b"".join(parts)


def pack_refusal(status: status_pb2.Status, fields: dict[str, str] | None = None) -> bytes:
    """Return the one header block of an answer that is nothing but *status*, with more *fields*."""
    refusal = {
        "grpc-status": str(status.code),
        "grpc-message": quote(status.message, safe=_MESSAGE_SAFE),
        "grpc-status-details-bin": base64.b64encode(status.SerializeToString()).decode("ascii").rstrip("="),
    }
    return ANSWER_HEAD + pack_headers(refusal | (fields or {}))


_MESSAGE_SAFE = "".join(chr(code) for code in range(0x20, 0x7F) if code != ord("%"))
