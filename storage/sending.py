"""
What changes rows is sent to a remote store once.

The client library sends an insert again when the connection is closed under it. The first one may have been executed
though, and only who knows how to look for its rows may decide that. Statements that only read are still sent again.
"""

from typing import Any

from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

_PROGRESS = "x-clickhouse-progress"


class OutcomeUnknownError(HTTPError):
    """The connection ended before the answer to an insert; its rows may be stored."""


class SentOnce:
    """
    A urllib3 pool manager whose streamed requests (inserts) fail in a way that the client library does not repeat.

    Args:
        pool: Does the work; everything else about it shows through.
    """

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)

    def request(self, method: str, url: str, **options: Any) -> BaseHTTPResponse:
        """
        Send as `urllib3.PoolManager.request`.

        Raises:
            OutcomeUnknownError: A streamed request got no whole answer.
            urllib3.exceptions.HTTPError: Any other request got none.
        """
        if options.get("body") is None or isinstance(options["body"], bytes | bytearray | str):
            return self._send(method, url, options)
        try:
            response = self._send(method, url, options)
        except HTTPError as error:
            failure = f"{type(error).__name__}: {error}"
        else:
            # Headers of progress alone mean that the connection ended before the answer.
            if response.status >= 300 or any(name.lower() != _PROGRESS for name in response.headers):  # noqa: PLR2004  # 3xx and up
                return response
            response.close()
            failure = "the answer ended within its headers"
        # Outside the handler: the library looks for a closed connection in the error's context.
        raise OutcomeUnknownError(failure)

    def _send(self, method: str, url: str, options: dict[str, Any]) -> BaseHTTPResponse:
        response: BaseHTTPResponse = self._pool.request(method, url, **options)
        return response
