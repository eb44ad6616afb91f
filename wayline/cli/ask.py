"""Questions to a running Wayline, and its refusals in words a person can act on."""

from typing import Any
from urllib.parse import quote

import httpx

from core.errors import PermanentError, TransientError

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


def ask(url: str, path: str, params: dict[str, Any] | None = None) -> tuple[int, Any]:
    """
    Return status and body of ``GET {url}/api/v1{path}``; 404 is an answer, other refusals are raised.

    Raises:
        NoServerError: No Wayline answers at *url*.
        RefusedError: The server refuses the question.
    """
    given = {name: value for name, value in (params or {}).items() if value not in (None, "", [])}
    try:
        answer = httpx.get(f"{url.rstrip('/')}/api/v1{path}", params=given, timeout=_TIMEOUT_S)
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
        raise RefusedError(answer.status_code, str(body.get("detail", f"refused with status {answer.status_code}")))
    return answer.status_code, body


def quoted(identifier: str) -> str:
    """Return *identifier* fit for one path segment, slashes included."""
    return quote(identifier, safe="")
