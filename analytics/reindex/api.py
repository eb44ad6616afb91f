"""Paths of the reindex under ``/api/v1``; a refusal is an RFC 9457 problem."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from analytics.api.params import Moment
from analytics.reindex.service import BusyError, Progress, Reindexer
from core.clock import rfc3339

_PROBLEM = "application/problem+json"


def build_reindex_router(reindexer: Reindexer) -> APIRouter:
    """Return the router that starts *reindexer* and says how far it is."""
    router = APIRouter(prefix="/api/v1", tags=["reindex"])

    @router.get("/reindex")
    def progress() -> JSONResponse:
        """Return how far the reindex is that runs, or how the last one ended."""
        return JSONResponse(progress_as_dict(reindexer.progress))

    @router.post("/reindex", status_code=202)
    def begin(since: Moment = None) -> JSONResponse:
        """Make transactions anew under the catalog in force: from evidence received since *since*, else from all."""
        try:
            return JSONResponse(progress_as_dict(reindexer.begin(since)), 202)
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
