"""Paths of the dead letters under ``/api/v1``; errors are RFC 9457 problems."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from collector.dead_letters import DamagedLetterError, DeadLetter, NoSuchLetterError
from collector.letter_desk import LetterDesk
from collector.refusals import OverloadedError
from core.access import NotAllowedError, Scope, current_actor, require
from core.clock import datetime_from_ns, rfc3339
from core.errors import WaylineError

_STATUS: dict[type[WaylineError], tuple[int, str]] = {
    NoSuchLetterError: (404, "Not Found"),
    DamagedLetterError: (409, "Conflict"),
    NotAllowedError: (403, "Forbidden"),
    OverloadedError: (503, "Service Unavailable"),
}
_PROBLEM = "application/problem+json"
_NOBODY = "api"


def build_letters_router(desk: LetterDesk) -> APIRouter:
    """
    Return the router of the dead letters.

    Args:
        desk: Does what is asked.
    """
    router = APIRouter(prefix="/api/v1", tags=["dead letters"])

    @router.get("/dead-letters")
    def letters(limit: Annotated[int, Query(ge=1, le=1_000)] = 100, cursor: str = "") -> JSONResponse:
        """List requests that were acknowledged and cannot be stored, by signal and age, without their content."""
        found, after = desk.page(limit, cursor)
        return JSONResponse({"items": [letter_as_dict(letter) for letter in found], "next_cursor": after})

    @router.get("/dead-letters/{letter_id}")
    def letter(letter_id: str, *, content: bool = False) -> JSONResponse:
        """Return one; with *content* also what it holds, redacted, for whoever may operate."""
        try:
            body = letter_as_dict(desk.facts(letter_id))
            if content:
                body["content"] = desk.content(letter_id, require(Scope.OPERATE).name or _NOBODY)
        except WaylineError as error:
            return _problem(error)
        return JSONResponse(body)

    @router.post("/dead-letters/{letter_id}/redrive")
    def redrive(letter_id: str) -> JSONResponse:
        """Put one back into the spool; answers when it is on disk there."""
        try:
            return JSONResponse(letter_as_dict(desk.redrive(letter_id, _who())))
        except WaylineError as error:
            return _problem(error)

    @router.delete("/dead-letters/{letter_id}")
    def discard(letter_id: str) -> JSONResponse:
        """Give one up for good."""
        try:
            return JSONResponse(letter_as_dict(desk.discard(letter_id, _who())))
        except WaylineError as error:
            return _problem(error)

    return router


def letter_as_dict(letter: DeadLetter) -> dict[str, Any]:
    """Return the public form of *letter*."""
    return {
        "id": letter.id,
        "signal": letter.signal.value,
        "reason": letter.reason,
        "items": letter.items,
        "bytes": letter.payload_bytes,
        "received_at": rfc3339(datetime_from_ns(letter.received_ns)) if letter.received_ns else None,
        "buried_at": rfc3339(datetime_from_ns(letter.buried_ns)),
        "segment_id": str(letter.segment_id),
        "is_readable": letter.is_readable,
    }


def _who() -> str:
    return current_actor().name or _NOBODY


def _problem(error: WaylineError) -> JSONResponse:
    for kind, (status, title) in _STATUS.items():
        if isinstance(error, kind):
            body = {"type": "about:blank", "title": title, "status": status, "detail": str(error)}
            return JSONResponse(body, status, media_type=_PROBLEM)
    raise error
