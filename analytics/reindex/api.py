"""Paths of the reindex under ``/api/v1``; a refusal is an RFC 9457 problem."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict

from analytics.api.params import Moment
from analytics.reindex.service import BusyError, Progress, Reindexer
from core.clock import rfc3339

_PROBLEM = "application/problem+json"


class Wanted(BaseModel):
    """What a reindex is asked for in a JSON body; anything else in it is refused, not passed over."""

    model_config = ConfigDict(extra="forbid")

    since: Moment = None


def build_reindex_router(reindexer: Reindexer) -> APIRouter:
    """Return the router that starts *reindexer* and says how far it is."""
    router = APIRouter(prefix="/api/v1", tags=["reindex"])

    @router.get("/reindex")
    def progress() -> JSONResponse:
        """Return how far the reindex is that runs, or how the last one ended."""
        return JSONResponse(progress_as_dict(reindexer.progress))

    @router.post("/reindex", status_code=202)
    def begin(since: Moment = None, wanted: Wanted | None = None) -> JSONResponse:
        """
        Make transactions anew under the catalog in force: from evidence received since *since*, else from all.

        *since* may be said in the query or in a JSON body.
        """
        try:
            return JSONResponse(progress_as_dict(reindexer.begin(since or (wanted.since if wanted else None))), 202)
        except BusyError as error:
            body = {"type": "about:blank", "title": "Conflict", "status": 409, "detail": str(error)}
            return JSONResponse(body, 409, media_type=_PROBLEM)

    return router


def progress_as_dict(progress: Progress) -> dict[str, Any]:
    """Return the public form of *progress*."""
    return {
        "state": progress.state,
        "since": rfc3339(progress.since) if progress.since else None,
        "started_at": rfc3339(progress.started_at) if progress.started_at else None,
        "ended_at": rfc3339(progress.ended_at) if progress.ended_at else None,
        "done": progress.done,
        "total": progress.total,
        "transactions": progress.transactions,
        "trouble": progress.trouble,
    }
