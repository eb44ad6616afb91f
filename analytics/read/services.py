"""Which system a service or a peer stands for, for statements that read raw spans of a window of time."""

from datetime import datetime
from typing import Any

from analytics.read.context import ReadContext
from storage.sqlfiles import load_sql

EVERY = 1


def system_params(context: ReadContext, since: datetime, until: datetime, one_in: int = EVERY) -> dict[str, list[str]]:
    """
    Return ``services`` and ``systems`` as parallel lists for ``transform``: every name seen in the window.

    A name that no catalog entry matches is a system under its own name.

    Args:
        context: What every read needs.
        since: Start of the window, aware.
        until: End of the window, aware.
        one_in: Only names in one trace of so many, for a statement that looks at no others either.
    """
    return _named(context, "services", {"since": since, "until": until, "one_in": one_in})


def service_params(context: ReadContext, since: datetime, until: datetime) -> dict[str, list[str]]:
    """Return `system_params` of the services alone, for a statement that looks at no other sides of calls."""
    return _named(context, "service_names", {"since": since, "until": until})


def _named(context: ReadContext, statement: str, window: dict[str, Any]) -> dict[str, list[str]]:
    catalog = context.catalogs.current()
    row = context.store.rows(load_sql("analytics.read", f"sql/{statement}"), window)[0]
    names = sorted({*row["services"], *row["peers"], ""})
    return {"services": names, "systems": [catalog.system_named(name)[0] if name else "" for name in names]}


def sampling(context: ReadContext, since: datetime, until: datetime, enough: int) -> int:
    """Return n such that one trace in n of the window has about *enough* spans; `EVERY` where it has no more."""
    spans = context.store.value(load_sql("analytics.read", "sql/span_count"), {"since": since, "until": until})
    return max(EVERY, -(-int(spans or 0) // enough))
