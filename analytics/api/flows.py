"""Flows with their live figures, and service levels."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from analytics.api.answers import json_answer, list_answer
from analytics.api.models import Problem
from analytics.api.params import DEFAULT_WINDOW, Moment, WindowText, time_range, window_seconds
from analytics.api.process_models import Latencies, Rework, Risks, Variants
from analytics.read.present import time_text
from analytics.read.processes import MAX_VARIANTS
from analytics.read.reader import Reader
from analytics.read.variants import Repeats

_BAD: dict[int | str, dict[str, Any]] = {400: {"model": Problem}, 404: {"model": Problem}}
_AUTO_BUCKETS = 96
_ROUND_BUCKETS_S = (10, 30, 60, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 86_400)


def add_flow_paths(router: APIRouter, reader: Reader) -> None:
    """Add ``/flows`` and what is below it, ``/at-risk`` and ``/sla`` to *router*."""

    @router.get("/flows", responses=_BAD, tags=["flows"])
    def flows(window: WindowText = DEFAULT_WINDOW) -> Response:
        """List every flow: catalog entry and live figures over the window; null means no data."""
        return list_answer(reader.flows(window_seconds(window)))

    @router.get("/flows/{flow}", responses=_BAD, tags=["flows"])
    def flow(flow: str, window: WindowText = DEFAULT_WINDOW) -> Response:
        """Return one flow with funnel and steps; ``unclassified`` stands for transactions of no flow."""
        return json_answer(reader.flow(flow, window_seconds(window)))

    @router.get("/flows/{flow}/series", responses=_BAD, tags=["flows"])
    def series(
        flow: str,
        since: Moment = None,
        until: Moment = None,
        window: WindowText = DEFAULT_WINDOW,
        bucket: Annotated[str, Query(description="bucket width, e.g. 5m; chosen by the range when empty")] = "",
    ) -> Response:
        """Return per bucket: started, completed, failed, late, stuck and p50/p95/p99 ms."""
        begins, ends = time_range(since, until, window, reader.clock.now())
        bucket_s = window_seconds(bucket, "bucket") if bucket else round_bucket_s(begins, ends)
        items = reader.series(flow, begins, ends, bucket_s)
        return list_answer(items, bucket_s=bucket_s, since=time_text(begins), until=time_text(ends))

    _add_process_paths(router, reader)

    @router.get("/sla", responses=_BAD, tags=["sla"])
    def sla(
        since: Moment = None,
        until: Moment = None,
        window: WindowText = "30d",
        knowledge: Annotated[Literal["known", "corrected"], Query(alias="as")] = "corrected",
    ) -> Response:
        """Return objective, achieved, budget left, breaches and breach minutes per tier and flow."""
        begins, ends = time_range(since, until, window, reader.clock.now())
        return json_answer(reader.sla(begins, ends, knowledge) | {"next_cursor": None})


def _add_process_paths(router: APIRouter, reader: Reader) -> None:
    @router.get("/flows/{flow}/latency", responses={200: {"model": Latencies}, **_BAD}, tags=["flows"])
    def latency(
        flow: str,
        since: Moment = None,
        until: Moment = None,
        window: WindowText = DEFAULT_WINDOW,
        origin: Annotated[str, Query(alias="from", description="only from this milestone")] = "",
        target: Annotated[str, Query(alias="to", description="to this one, whatever lies between")] = "",
    ) -> Response:
        """Return the distribution of the time between neighbouring milestones; the last entry is the whole."""
        begins, ends = time_range(since, until, window, reader.clock.now())
        return list_answer(reader.latency(flow, begins, ends, origin, target))

    @router.get("/flows/{flow}/rework", responses={200: {"model": Rework}, **_BAD}, tags=["flows"])
    def rework(flow: str, since: Moment = None, until: Moment = None, window: WindowText = DEFAULT_WINDOW) -> Response:
        """Return the milestones that were passed more than once and the steps back, with what they cost in time."""
        body = reader.rework(flow, *time_range(since, until, window, reader.clock.now()))
        return json_answer(body | {"next_cursor": None})

    @router.get("/flows/{flow}/variants", responses={200: {"model": Variants}, **_BAD}, tags=["flows"])
    def variants(
        flow: str,
        since: Moment = None,
        until: Moment = None,
        window: WindowText = DEFAULT_WINDOW,
        limit: Annotated[int, Query(ge=1, le=MAX_VARIANTS)] = 20,
        repeats: Annotated[Repeats, Query(description="collapse: repeats in a row are one step")] = "collapse",
        include_open: Annotated[bool, Query(description="also transactions under way, by their way so far")] = False,
    ) -> Response:
        """Return the ways through a flow with counts, durations and SLA; what is not listed is ``other``."""
        begins, ends = time_range(since, until, window, reader.clock.now())
        body = reader.variants(flow, begins, ends, limit, repeats, include_open)
        return json_answer(body | {"next_cursor": None})

    @router.get("/at-risk", responses={200: {"model": Risks}, **_BAD}, tags=["flows"])
    def at_risk(flow: Annotated[str, Query(description="only this flow")] = "") -> Response:
        """Return the open transactions that will probably miss their deadline, with the probability."""
        return json_answer(reader.at_risk(flow) | {"next_cursor": None})


def round_bucket_s(since: datetime, until: datetime) -> float:
    """Return the smallest round bucket width that gives at most `_AUTO_BUCKETS` buckets."""
    ideal_s = (until - since).total_seconds() / _AUTO_BUCKETS
    days = -(-ideal_s // _ROUND_BUCKETS_S[-1]) * _ROUND_BUCKETS_S[-1]
    return next((float(width) for width in _ROUND_BUCKETS_S if width >= ideal_s), days)
