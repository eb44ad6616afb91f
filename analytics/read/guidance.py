"""Runbooks: the list, and one filled with the values of a transaction."""

from typing import Any

from analytics.read.context import ReadContext
from analytics.read.detail import find_frame
from analytics.read.errors import NotFoundError
from analytics.read.ownership import flow_entry
from runbooks.catalogs import Catalog
from runbooks.contexts import general_context, transaction_context
from runbooks.render import fill_markdown, render
from runbooks.runbook_files import Runbook


def list_runbooks(context: ReadContext) -> list[dict[str, Any]]:
    """Return every runbook with the flows that name it."""
    catalog = context.catalogs.current()
    used_by: dict[str, list[str]] = {}
    for flow in catalog.flows.values():
        for runbook_id in dict.fromkeys(flow.runbooks.values()):
            used_by.setdefault(runbook_id, []).append(flow.name)
    return [_entry(runbook) | {"flows": used_by.get(runbook.id, [])} for runbook in catalog.runbooks.values()]


def show_runbook(context: ReadContext, runbook_id: str, transaction: str | None) -> dict[str, Any]:
    """
    Return a runbook rendered, with the values of *transaction* (any identifier) when one is given.

    Raises:
        NotFoundError: There is no such runbook, or no such transaction.
    """
    catalog = context.catalogs.current()
    runbook = catalog.runbooks.get(runbook_id)
    if runbook is None:
        raise NotFoundError("runbook", runbook_id)
    values = general_context(runbook, catalog)
    transaction_id = None
    if transaction:
        body = find_frame(context, transaction)
        if body is None:
            raise NotFoundError("transaction", transaction)
        transaction_id = body["transaction_id"]
        values = transaction_context(body, _flow_values(catalog, body["flow"]))
    return _entry(runbook) | {
        "transaction_id": transaction_id,
        "markdown": fill_markdown(runbook, values),
        "html": render(runbook, values),
    }


def _flow_values(catalog: Catalog, name: str | None) -> dict[str, Any]:
    entry = flow_entry(catalog, name or "")
    return {"name": entry["flow"], **{key: entry[key] for key in ("title", "domain", "tier", "process_owner")}}


def _entry(runbook: Runbook) -> dict[str, Any]:
    return {
        "id": runbook.id,
        "title": runbook.title,
        "description": runbook.description or None,
        "flow": runbook.flow or None,
        "tier": runbook.tier,
        "owner": runbook.owner or None,
        "escalation": runbook.escalation or None,
        "alerts": list(runbook.alerts),
        "systems": list(runbook.systems),
        "last_reviewed": runbook.last_reviewed.isoformat() if runbook.last_reviewed else None,
        "url": f"/runbooks/{runbook.id}",
    }
