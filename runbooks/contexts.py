"""What a runbook is filled with: one transaction, or only what is known without one."""

from collections.abc import Mapping
from typing import Any

from runbooks.catalogs import Catalog
from runbooks.runbook_files import Runbook


def transaction_context(transaction: Mapping[str, Any], flow: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """
    Return the context of one transaction.

    Args:
        transaction: The transaction as the API gives it.
        flow: ``name, title, domain, tier, process_owner`` of its flow.
    """
    milestones = transaction.get("milestones") or []
    origin = dict(transaction.get("origin") or {})
    owner = dict(transaction.get("owner") or {})
    identifiers: dict[str, str] = {}
    for identifier in transaction.get("identifiers") or []:
        identifiers.setdefault(identifier["type"], identifier["value"])
    return {
        "tx": {
            **transaction,
            "current_milestone": _last_named(milestones, "done"),
            "next_milestone": _first_named(milestones, "pending"),
            "failed_milestone": _first_named(milestones, "failed"),
            "missing_milestone": _first_named(milestones, "missing"),
        },
        "id": identifiers,
        "flow": dict(flow or {}),
        "origin": {**origin, "why": next((row.get("why") for row in origin.get("evidence") or []), None)},
        "owner": {**owner, "process_owner": owner.get("process_owner") or (flow or {}).get("process_owner")},
        "sla": dict(transaction.get("sla") or {}),
        "children": dict(transaction.get("children") or {}),
    }


def general_context(runbook: Runbook, catalog: Catalog) -> dict[str, Any]:
    """Return the context of a runbook read without a transaction: its flow and its owner."""
    flow = catalog.flows.get(runbook.flow)
    owner_name = runbook.owner or (flow.owner if flow else "")
    owner = catalog.owner_named(owner_name) if owner_name else None
    process_owner = flow.process_owner if flow else None
    return {
        "flow": flow.model_dump(include={"name", "title", "domain", "tier", "process_owner"}) if flow else {},
        "owner": {
            "team": owner.name if owner else None,
            "process_owner": process_owner,
            "escalation": runbook.escalation or (owner.escalation if owner else None),
        },
    }


def _first_named(milestones: list[Mapping[str, Any]], status: str) -> str | None:
    return next((milestone["name"] for milestone in milestones if milestone.get("status") == status), None)


def _last_named(milestones: list[Mapping[str, Any]], status: str) -> str | None:
    return _first_named(milestones[::-1], status)
