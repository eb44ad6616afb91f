"""Which system a service or a peer stands for, for statements that read raw spans of a window of time."""

from datetime import datetime

from analytics.read.context import ReadContext
from storage.sqlfiles import load_sql


def system_params(context: ReadContext, since: datetime, until: datetime) -> dict[str, list[str]]:
    """
    Return ``services`` and ``systems`` as parallel lists for ``transform``: every name seen in the window.

    A name that no catalog entry matches is a system under its own name.
    """
    catalog = context.catalogs.current()
    row = context.store.rows(load_sql("analytics.read", "sql/services"), {"since": since, "until": until})[0]
    names = sorted({*row["services"], *row["peers"], ""})
    return {"services": names, "systems": [catalog.system_named(name)[0] if name else "" for name in names]}
