"""``POST /api/v1/events`` on the main application: the same door for CloudEvents as on the ingest port."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from collector.admission import Reservation
from collector.http_events import EventsEndpoint
from collector.intake import count_refusal
from collector.loop_thread import Bridge
from collector.refusals import OverloadedError, RefusalError, TooLargeError
from collector.service import CollectorService
from collector.signals import Signal
from collector.status import retry_after_header

_PROBLEM = "application/problem+json"


def build_events_router(service: CollectorService) -> APIRouter:
    """
    Return the router of the events door.

    Args:
        service: Its spool keeps the events.
    """
    router = APIRouter(prefix="/api/v1", tags=["events"])

    @router.post(
        "/events",
        status_code=202,
        responses={400: {"description": "Not a valid CloudEvent"}, 503: {"description": "No room now; try again"}},
    )
    async def receive_events(request: Request) -> JSONResponse:
        """Take CloudEvents 1.0, structured, batched or binary; answers when they are on disk."""
        endpoint = service.events
        reservation = Reservation(service.admission)
        try:
            if not service.is_open:
                raise OverloadedError("the collector is starting")
            headers = dict(request.headers)
            endpoint.check_headers(headers)
            body = await _read_body(request, endpoint, reservation)
            accepted = await asyncio.to_thread(endpoint.take, headers, body, reservation.grow)
            if accepted.stored is not None:
                await Bridge(asyncio.get_running_loop()).wait(accepted.stored)
        except RefusalError as error:
            count_refusal(Signal.EVENTS, error)
            return _problem(error)
        finally:
            reservation.release()
        return JSONResponse({"accepted": accepted.checked.items}, status_code=202)

    return router


async def _read_body(request: Request, endpoint: EventsEndpoint, reservation: Reservation) -> bytes:
    limit = endpoint.limits.max_request_bytes
    chunks = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise TooLargeError(f"the request is larger than {limit} bytes")
        reservation.grow(len(chunk))
        chunks.append(chunk)
    return b"".join(chunks)


def _problem(error: RefusalError) -> JSONResponse:
    """Return *error* as an RFC 9457 problem document."""
    headers = {}
    retry_after = retry_after_header(error)
    if retry_after:
        headers["Retry-After"] = retry_after
    if error.http_status == 401:  # noqa: PLR2004  # RFC 9110, 15.5.2 demands the challenge
        headers["WWW-Authenticate"] = "Bearer"
    body = {"type": "about:blank", "title": error.reason.replace("_", " "), "status": error.http_status}
    return JSONResponse({**body, "detail": error.message}, error.http_status, headers, media_type=_PROBLEM)
