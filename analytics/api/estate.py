"""The estate: systems, dependencies, sources, queues, exceptions, origins, runbooks, stats."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from analytics.api.answers import json_answer, list_answer
from analytics.api.models import Problem
from analytics.api.params import Moment, WindowText, time_range
from analytics.read.reader import Reader

_BAD: dict[int | str, dict[str, Any]] = {400: {"model": Problem}}
_MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Problem}}
_MAX_GROUPS = 1_000


def add_estate_paths(router: APIRouter, reader: Reader) -> None:
    """Add everything about the estate to *router*."""

    @router.get("/systems", tags=["estate"])
    def systems() -> Response:
        """List the systems with their last 24 hours."""
        return list_answer(reader.systems())

    @router.get("/dependencies", responses=_BAD, tags=["estate"])
    def dependencies(since: Moment = None, until: Moment = None, window: WindowText = "1h") -> Response:
        """Return what called or fed what; items are the edges."""
        graph = reader.dependencies(*time_range(since, until, window, reader.clock.now()))
        return list_answer(graph["edges"], nodes=graph["nodes"])

    @router.get("/sources", tags=["estate"])
    def sources() -> Response:
        """List the sources with watermark, lag and last error."""
        return list_answer(reader.sources())

    @router.get("/queues", responses=_BAD, tags=["estate"])
    def queues(since: Moment = None, until: Moment = None, window: WindowText = "24h") -> Response:
        """List the queues with what waits in them."""
        return list_answer(reader.queues(*time_range(since, until, window, reader.clock.now())))

    @router.get("/notices", tags=["estate"])
    def notices() -> Response:
        """List what a person should know about the data: quarantined values, blind sources, a broken catalog."""
        return list_answer(reader.notices())

    @router.get("/stats", tags=["estate"])
    def stats() -> Response:
        """Return rows, bytes, spool depth, ledger watermark and tick duration."""
        return json_answer(reader.stats())


def add_trouble_paths(router: APIRouter, reader: Reader) -> None:
    """Add ``/exceptions``, ``/origins`` and ``/runbooks`` to *router*."""

    @router.get("/exceptions", responses=_BAD, tags=["trouble"])
    def exceptions(
        since: Moment = None,
        until: Moment = None,
        window: WindowText = "24h",
        flow: str = "",
        limit: Annotated[int, Query(ge=1, le=_MAX_GROUPS)] = 100,
    ) -> Response:
        """List failed transactions grouped by what their failure looks like."""
        begins, ends = time_range(since, until, window, reader.clock.now())
        return list_answer(reader.exceptions(begins, ends, flow, limit))

    @router.get("/origins", responses=_BAD, tags=["trouble"])
    def origins(
        since: Moment = None,
        until: Moment = None,
        baseline_since: Moment = None,
        baseline_until: Moment = None,
        window: WindowText = "1h",
        flow: str = "",
    ) -> Response:
        """Rank the systems where trouble starts in a window, against a baseline (by default the day before)."""
        begins, ends = time_range(since, until, window, reader.clock.now())
        return json_answer(reader.origins(begins, ends, baseline_since, baseline_until, flow))

    @router.get("/runbooks", tags=["trouble"])
    def runbooks() -> Response:
        """List the runbooks."""
        return list_answer(reader.runbooks())

    @router.get("/runbooks/{runbook_id}", responses=_MISSING, tags=["trouble"])
    def runbook(
        runbook_id: str, tx: Annotated[str | None, Query(description="fill in this transaction's values")] = None
    ) -> Response:
        """Return a runbook, filled with a transaction's values when one is given."""
        return json_answer(reader.runbook(runbook_id, tx or None))
