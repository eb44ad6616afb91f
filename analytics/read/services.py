"""Which system a service or a peer stands for, for statements that read raw spans of a window of time."""

from datetime import datetime
from typing import Any

from analytics.read.context import ReadContext
from storage.sqlfiles import load_sql


def system_params(context: ReadContext, since: datetime, until: datetime) -> dict[str, list[str]]:
    """
    Return ``services`` and ``systems`` as parallel lists for ``transform``: every name seen in the window.

    A name that no catalog entry matches is a system under its own name.
    """
    return _named(context, "services", {"since": since, "until": until})


def service_params(context: ReadContext, since: datetime, until: datetime) -> dict[str, list[str]]:
    """Return `system_params` of the services alone, for a statement that looks at no other sides of calls."""
    return _named(context, "service_names", {"since": since, "until": until})


def _named(context: ReadContext, statement: str, window: dict[str, Any]) -> dict[str, list[str]]:
    catalog = context.catalogs.current()
    row = context.store.rows(load_sql("analytics.read", f"sql/{statement}"), window)[0]
    names = sorted({*row["services"], *row["peers"], ""})
    return {"services": names, "systems": [catalog.system_named(name)[0] if name else "" for name in names]}
