"""Who owns a flow, what it promises, and which runbook fits: the catalog's part of every answer; pure."""

from typing import Any

from core.units import Duration
from runbooks.catalogs import Catalog
from runbooks.flows import Milestone


def flow_entry(catalog: Catalog, name: str, *, detailed: bool = False) -> dict[str, Any]:
    """Return the catalog entry of a flow; ``flow`` is null for transactions of no flow."""
    flow = catalog.flows.get(name)
    if flow is None:
        empty = dict.fromkeys(("tier", "domain", "owner", "process_owner"))
        return {"flow": name or None, "title": name or "Unclassified", **empty, "in_catalog": False}
    entry = {
        "flow": flow.name,
        "title": flow.label,
        "tier": flow.tier,
        "domain": flow.domain or None,
        "owner": flow.owner,
        "process_owner": flow.process_owner or None,
        "in_catalog": True,
    }
    if detailed:
        entry |= {
            "description": flow.description or None,
            "identifiers": list(flow.identifiers),
            "milestones": [_milestone_entry(milestone) for milestone in flow.milestones],
            "objectives": objectives_of(catalog, name),
            "runbooks": dict(flow.runbooks),
            "escalation": catalog.owner_named(flow.owner).escalation or None,
        }
    return entry


def _milestone_entry(milestone: Milestone) -> dict[str, Any]:
    return {
        "name": milestone.name,
        "title": milestone.label,
        "within": str(milestone.within) if milestone.within else None,
        "after": milestone.after or None,
        "calendar": milestone.calendar or None,
        "system": milestone.system or None,
        "optional": milestone.optional,
        "repeat": milestone.repeat,
        "terminal": milestone.terminal,
        "failing": milestone.failing,
    }


def objectives_of(catalog: Catalog, name: str) -> dict[str, Any]:
    """
    Return the promises of a flow, those of its tier where it makes none of its own.

    ``deadline`` is the text of the catalog; ``deadline_ms`` and ``p95_ms`` are None where nothing is promised, and for
    a deadline in business days, which is no fixed number of milliseconds.
    """
    flow = catalog.flows.get(name)
    if flow is None:
        return dict.fromkeys(("deadline", "deadline_ms", "p95_ms", "success_ratio"))
    deadline = catalog.deadline_of(flow)
    return {
        "deadline": str(deadline) if deadline else None,
        "deadline_ms": _elapsed_ms(deadline),
        "p95_ms": _elapsed_ms(catalog.p95_of(flow)),
        "success_ratio": catalog.success_ratio_of(flow),
    }


def _elapsed_ms(duration: Duration | None) -> float | None:
    return duration.seconds * 1_000 if duration and duration.seconds else None


def owner_of(catalog: Catalog, name: str) -> dict[str, str | None]:
    """Return ``{"team", "process_owner", "escalation"}`` of a flow; all null when nobody is named."""
    flow = catalog.flows.get(name)
    if flow is None:
        return {"team": None, "process_owner": None, "escalation": None}
    return {
        "team": flow.owner,
        "process_owner": flow.process_owner or None,
        "escalation": catalog.owner_named(flow.owner).escalation or None,
    }


def runbook_links(catalog: Catalog, row: dict[str, Any]) -> list[dict[str, str]]:
    """
    Return ``{"id", "title", "url"}`` of each runbook for the transaction in *row*, most specific first.

    A transaction that is late besides being in other trouble gets the runbook for lateness too. The links carry the
    transaction, so that the page fills in its values.
    """
    category = row["origin_category"] or None
    found = catalog.runbooks_for(row["flow"], row["status"], category)
    if row["breached"] and row["status"] != "completed_late":
        found = found + catalog.runbooks_for(row["flow"], "late", category)
    return [
        {
            "id": runbook.id,
            "title": runbook.title,
            "url": f"/runbooks/{runbook.id}?tx={row['transaction_id']}",
        }
        for runbook in {runbook.id: runbook for runbook in found}.values()
    ]
