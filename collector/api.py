"""``POST /api/v1/events`` and ``/api/v1/hooks/{source}`` on the main application: the doors of business events."""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from collector.admission import Reservation
from collector.http_events import EventsEndpoint
from collector.intake import Accepted, count_refusal
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
        return await _receive(service, request, service.events.take)

    @router.post(
        "/hooks/{source}",
        status_code=202,
        responses={
            400: {"description": "What was posted does not fit the mapping of the source"},
            404: {"description": "The catalog has no webhook source of this name"},
            503: {"description": "No room now; try again"},
        },
    )
    async def receive_webhook(source: str, request: Request) -> JSONResponse:
        """Take whatever a source posts, as the business event that its mapping in the catalog makes of it."""
        return await _receive(service, request, partial(service.take_webhook, source))

    return router


async def _receive(
    service: CollectorService,
    request: Request,
    take: Callable[[Mapping[str, str], bytes, Callable[[int], None]], Accepted],
) -> JSONResponse:
    endpoint = service.events
    reservation = Reservation(service.admission)
    try:
        if not service.is_open:
            raise OverloadedError("the collector is starting")
        headers = dict(request.headers)
        endpoint.check_headers(headers)
        body = await _read_body(request, endpoint, reservation)
        accepted = await asyncio.to_thread(take, headers, body, reservation.grow)
        if accepted.stored is not None:
            await Bridge(asyncio.get_running_loop()).wait(accepted.stored)
    except RefusalError as error:
        count_refusal(Signal.EVENTS, error)
        return _problem(error, request.url.path)
    finally:
        reservation.release()
    return JSONResponse({"accepted": accepted.checked.items}, status_code=202)


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


def _problem(error: RefusalError, instance: str) -> JSONResponse:
    """Return *error* as an RFC 9457 problem document."""
    headers = {}
    retry_after = retry_after_header(error)
    if retry_after:
        headers["Retry-After"] = retry_after
    if error.http_status == 401:  # noqa: PLR2004  # RFC 9110, 15.5.2 demands the challenge
        headers["WWW-Authenticate"] = "Bearer"
    # RFC 9457, 4.2.1: with about:blank the title is the phrase of the status.
    body = {"type": "about:blank", "title": HTTPStatus(error.http_status).phrase, "status": error.http_status}
    told = {**body, "detail": error.message, "instance": quote(instance), "reason": error.reason}
    return JSONResponse(told, error.http_status, headers, media_type=_PROBLEM)
