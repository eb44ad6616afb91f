"""One unary gRPC call: its message as it comes in, and its status as it goes out (gRPC over HTTP2)."""

import base64
from enum import Enum
from urllib.parse import quote

from google.rpc import status_pb2

from collector.admission import Reservation
from collector.http2_headers import ANSWER_HEAD, CallHead, pack_headers
from collector.message_memory import MessageMemory
from collector.refusals import BadDataError, TooLargeError
from core.access import Actor

PREFIX_BYTES = 5  # compressed or not, and the length of the message


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
        memory: Where it is put.

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
        "_memory",
        "_message",
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
        self,
        number: int,
        head: CallHead,
        send_window: int,
        receive_window: int,
        reservation: Reservation,
        memory: MessageMemory,
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
        self._memory = memory
        self._message: bytearray | None = None

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
            start, self._size = self._size, self._size + len(chunk)
            if self._size > self._expected:
                raise BadDataError("more than one message in a call")
            assert self._message is not None  # noqa: S101  # taken when its length was known
            with memoryview(self._message) as view:
                view[start : self._size] = chunk

    def _begin(self, chunk: memoryview, max_bytes: int) -> None:
        self.is_compressed = bool(chunk[0])
        expected = int.from_bytes(chunk[1:PREFIX_BYTES], "big")
        if expected > max_bytes:
            raise TooLargeError(f"the message is larger than {max_bytes} bytes")
        self.reservation.grow(expected)
        self._expected = expected
        self._message = self._memory.take(expected)

    def whole_message(self) -> bytearray:
        """
        Return the message; it is written over after `release`.

        Raises:
            BadDataError: There is none, or it is not whole.
        """
        if self._size != self._expected:
            raise BadDataError("the call ended before its message did")
        assert self._message is not None  # noqa: S101  # no message has no size either
        return self._message

    def release(self) -> None:
        """Let go of the message, which nobody reads any more, and of what was reserved for it."""
        self.reservation.release()
        message, self._message = self._message, None
        if message is not None:
            self._memory.give(message)


def pack_refusal(status: status_pb2.Status, fields: dict[str, str] | None = None) -> bytes:
    """Return the one header block of an answer that is nothing but *status*, with more *fields*."""
    refusal = {
        "grpc-status": str(status.code),
        "grpc-message": quote(status.message, safe=_MESSAGE_SAFE),
        "grpc-status-details-bin": base64.b64encode(status.SerializeToString()).decode("ascii").rstrip("="),
    }
    return ANSWER_HEAD + pack_headers(refusal | (fields or {}))


_MESSAGE_SAFE = "".join(chr(code) for code in range(0x20, 0x7F) if code != ord("%"))
