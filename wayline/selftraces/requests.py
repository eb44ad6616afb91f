"""Requests to the API and the pages as spans, named by their route: paths hold identifiers of people."""

import time

from opentelemetry.trace import SpanKind
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.selftraces import SELF_TRACES

# Probes come every second; a request that carries telemetry is not traced, for that would make telemetry.
_NOT_TRACED = ("/healthz", "/readyz", "/metrics", "/api/v1/events", "/api/v1/hooks/")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SERVER_ERROR = 500


class RequestSpans:
    """
    ASGI middleware that records each request.

    Args:
        app: The application behind it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and record it when its answer has begun."""
        if scope["type"] != "http" or str(scope["path"]).startswith(_NOT_TRACED):
            await self.app(scope, receive, send)
            return
        start_ns = time.time_ns()
        status = 0

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, note_status)
        finally:
            route = str(getattr(scope.get("route"), "path", "(no route)"))
            # What a client invents is one method (OpenTelemetry semantic conventions, HTTP).
            method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
            attributes = {
                "http.request.method": method,
                "http.route": route,
                "http.response.status_code": status,
            }
            error = str(status) if status >= _SERVER_ERROR or not status else ""
            SELF_TRACES.record(
                f"{method} {route}", start_ns, time.time_ns(), attributes, kind=SpanKind.SERVER, error=error
            )
