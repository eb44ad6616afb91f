"""The estate: systems, dependencies, sources, queues, exceptions, origins, runbooks, stats."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from analytics.api.answers import json_answer, list_answer
from analytics.api.models import Problem
from analytics.api.params import Moment, WindowText, time_range
from analytics.api.problems import problem
from analytics.api.process_models import FailureGroups, Queues
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
        return list_answer(graph["edges"], nodes=graph["nodes"], sampled_one_in=graph["sampled_one_in"])

    @router.get("/sources", tags=["estate"])
    def sources() -> Response:
        """List the sources with watermark, lag and last error."""
        return list_answer(reader.sources())

    @router.get("/queues", responses={200: {"model": Queues}, **_BAD}, tags=["estate"])
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


def _not_replayed(path: str, group: dict[str, Any]) -> Response:
    system = group["origin"]["system"] or "the system that failed"
    return problem(
        501,
        f"nothing here can send these messages again: Wayline keeps no message bodies. Replay them in {system}, by the"
        " runbook; every new attempt is joined to its transaction here",
        instance=path,
        exception_id=group["id"],
        system=group["origin"]["system"],
        runbooks=group["runbooks"],
        transactions_url=group["transactions_url"],
    )


def add_trouble_paths(router: APIRouter, reader: Reader) -> None:
    """Add ``/exceptions``, ``/origins`` and ``/runbooks`` to *router*."""

    @router.get("/exceptions", responses={200: {"model": FailureGroups}, **_BAD}, tags=["trouble"])
    def exceptions(
        since: Moment = None,
        until: Moment = None,
        window: WindowText = "24h",
        flow: str = "",
        limit: Annotated[int, Query(ge=1, le=_MAX_GROUPS)] = 100,
        cursor: str = "",
    ) -> Response:
        """List failed transactions grouped by what their failure looks like."""
        begins, ends = time_range(since, until, window, reader.clock.now())
        return json_answer(reader.exceptions_page(begins, ends, flow, limit, cursor))

    @router.post(
        "/exceptions/{exception_id}/replay",
        status_code=501,
        responses={**_MISSING, 501: {"model": Problem, "description": "Nothing here can honour it"}},
        tags=["trouble"],
    )
    def replay(request: Request, exception_id: str) -> Response:
        """
        Ask to send the failed messages of a group again.

        Wayline keeps no message bodies and writes into no other system, so the answer is 501 with where to do it.
        """
        return _not_replayed(request.url.path, reader.exception(exception_id))

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
