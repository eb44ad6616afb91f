"""How a flow runs as a process: times between milestones, rework, variants."""

from datetime import datetime
from typing import Any

from analytics.read import latencies, reworks
from analytics.read import variants as ways
from analytics.read.context import ReadContext
from analytics.read.errors import InvalidQueryError
from analytics.read.filters import UNCLASSIFIED
from analytics.read.flows import require_flow
from runbooks.flows import Flow

MAX_VARIANTS = 1_000
_NO_WAYS: dict[str, Any] = {"transactions": 0, "variants": 0, "items": [], "other": None}
_NO_REWORK: dict[str, Any] = {"transactions": 0, "items": [], "loops": []}


def latency(
    context: ReadContext, name: str, since: datetime, until: datetime, origin: str = "", target: str = ""
) -> list[dict[str, Any]]:
    """
    Return the time between neighbouring milestones, or from *origin* to *target*, see `analytics.read.latencies`.

    Raises:
        InvalidQueryError: Only one of them is given, they are the same, or one is no milestone of the flow.
    """
    flow = _with_milestones(context, name)
    if flow is None:
        return []
    if not origin and not target:
        return latencies.latency(context, flow, since, until)
    names = [milestone.name for milestone in flow.milestones]
    for parameter, wanted in (("from", origin), ("to", target)):
        if wanted not in names or origin == target:
            raise InvalidQueryError(
                parameter, f"{wanted!r} is no milestone to measure here", remedy="give two milestones of the flow"
            )
    return latencies.latency(context, flow, since, until, (origin, target))


def rework(context: ReadContext, name: str, since: datetime, until: datetime) -> dict[str, Any]:
    """Return what was done more than once, see `analytics.read.reworks`."""
    flow = _with_milestones(context, name)
    return reworks.rework(context, flow, since, until) if flow else _NO_REWORK


def variants(
    context: ReadContext,
    name: str,
    since: datetime,
    until: datetime,
    *,
    limit: int,
    repeats: ways.Repeats,
    include_open: bool,
) -> dict[str, Any]:
    """
    Return the ways through the flow, see `analytics.read.variants`, each with the list of its transactions.

    Raises:
        InvalidQueryError: *limit* is not between 1 and `MAX_VARIANTS`.
    """
    if not 1 <= limit <= MAX_VARIANTS:
        raise InvalidQueryError("limit", f"limit must be between 1 and {MAX_VARIANTS}")
    flow = _with_milestones(context, name)
    if flow is None:
        return _NO_WAYS
    answer = ways.variants(context, flow.name, since, until, limit=limit, repeats=repeats, include_open=include_open)
    for item in answer["items"]:
        item["transactions_url"] = f"/transactions?flow={flow.name}&variant={item['variant']}"
    return answer


def _with_milestones(context: ReadContext, name: str) -> Flow | None:
    """Return the flow of the catalog; None for one that is only seen, which has no milestones."""
    catalog = context.catalogs.current()
    stored = "" if name == UNCLASSIFIED else name
    require_flow(context, name)
    return catalog.flows.get(stored)
