"""Questions to a running Wayline, and its refusals in words a person can act on."""

from typing import Any
from urllib.parse import quote

import httpx

from core.errors import PermanentError, TransientError
from wayline.cli.connection import TOKEN_VARIABLE, connect

_TIMEOUT_S = 30.0


class NoServerError(TransientError):
    """Nothing answers at the address that was asked."""


class RefusedError(PermanentError):
    """
    The server answered with a problem document.

    Args:
        status: HTTP status.
        detail: What the server says is wrong.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


def ask(url: str, path: str, params: dict[str, Any] | None = None, method: str = "GET") -> tuple[int, Any]:
    """
    Return status and body of ``{method} {url}/api/v1{path}``; 404 is an answer, other refusals are raised.

    Raises:
        NoServerError: No Wayline answers at *url*.
        RefusedError: The server refuses the question.
    """
    given = {name: value for name, value in (params or {}).items() if value not in (None, "", [])}
    try:
        with connect(url, _TIMEOUT_S) as client:
            answer = client.request(method, f"/api/v1{path}", params=given)
        body = answer.json()
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise NoServerError(
            f"no Wayline answers at {url}", remedy="start one with `wayline serve`, or name its address with --url"
        ) from error
    except ValueError as error:
        raise NoServerError(
            f"what answers at {url} is not Wayline", remedy="name the address of the pages with --url"
        ) from error
    if answer.status_code >= httpx.codes.BAD_REQUEST and answer.status_code != httpx.codes.NOT_FOUND:
        raise RefusedError(answer.status_code, refusal_of(answer))
    return answer.status_code, body


def refusal_of(answer: httpx.Response) -> str:
    """Return why the server refuses, with what to do when it is for want of a token."""
    try:
        detail = str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        detail = f"refused with status {answer.status_code}"
    if answer.status_code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        return f"{detail}. Give one with --token-file or {TOKEN_VARIABLE}"
    return detail


def quoted(identifier: str) -> str:
    """Return *identifier* fit for one path segment, slashes included."""
    return quote(identifier, safe="")
