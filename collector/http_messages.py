"""Requests and answers of the HTTP port, and what an endpoint promises."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Protocol

from collector.refusals import RefusalError


@dataclass(frozen=True)
class Head:
    """
    A request without its body.

    Attributes:
        method: Upper-case method.
        path: Path without query.
        headers: Lower-case names; values of repeated headers joined with a comma.
    """

    method: str
    path: str
    headers: dict[str, str]

    @property
    def media_type(self) -> str:
        """Content type in lower case without parameters; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def encoding(self) -> str:
        """Content encoding in lower case; empty when there is none."""
        return self.headers.get("content-encoding", "").strip().lower()


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    media_type: str = ""
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """
    What came of a request.

    Attributes:
        answer: What to say once *stored* has resolved well.
        stored: Resolves when the request is on disk; None when nothing needs storing.
    """

    answer: Answer
    stored: "Future[bool] | None" = None


class Endpoint(Protocol):
    """What stands behind a path; only POST is taken."""

    def admit(self, head: Head) -> None:
        """
        Judge a request by its head, before its body is read.

        Raises:
            RefusalError: It is not taken.
        """
        ...

    def is_heavy(self, head: Head, size_bytes: int) -> bool:
        """Whether a body of *size_bytes* is work for a worker thread rather than the event loop."""
        ...

    def process(self, head: Head, body: bytes, reserve: Callable[[int], None]) -> Outcome:
        """
        Take a whole request.

        Args:
            head: Its head, admitted.
            body: Its body as received.
            reserve: Counts bytes of memory the request takes beyond *body*; may raise `OverloadedError`.

        Raises:
            RefusalError: It is not taken.
        """
        ...

    def refuse(self, head: Head, error: RefusalError) -> Answer:
        """Return the answer to a request that is not taken."""
        ...


def render(answer: Answer, *, keep_alive: bool, now_s: float) -> bytes:
    """Return *answer* as HTTP/1.1 bytes."""
    lines = [_status_line(answer.status), _date_line(int(now_s))]
    if answer.media_type:
        lines.append(f"Content-Type: {answer.media_type}\r\n")
    lines += [f"{name}: {value}\r\n" for name, value in answer.headers.items()]
    lines.append(f"Content-Length: {len(answer.body)}\r\n")
    if not keep_alive:
        lines.append("Connection: close\r\n")
    lines.append("\r\n")
    return "".join(lines).encode("latin-1") + answer.body


@lru_cache(maxsize=64)
def _status_line(status: int) -> str:
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n"


@lru_cache(maxsize=2)
def _date_line(now_s: int) -> str:
    return f"Date: {formatdate(now_s, usegmt=True)}\r\n"
