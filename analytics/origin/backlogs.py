"""What brokers say of their queues as a signal: whether a message waited in a backlog that is not usual."""

from datetime import datetime, timedelta
from typing import Any

from runbooks.catalogs import Catalog
from storage.sqlfiles import load_sql
from storage.store import Store

_LEAST = 10
"""So many messages must wait at least before a queue is backed up."""
_FACTOR = 3.0
_ENOUGH_HOURS = 3
_ENOUGH_DAYS = 2
"""So many days must be known of an hour of the day before it has a usual of its own: a nightly batch."""


def look_up_backlogs(store: Store, now: datetime, memory: timedelta) -> list[str]:
    """
    Have in ``origin_backlogs`` what was said around the messages of the tick, beside what is usual.

    Args:
        store: The engine; ``origin_evidence`` is that of the tick under way.
        now: The moment of the tick, aware.
        memory: How far back what is usual reaches.

    Returns:
        The names that brokers report under; none, and the table as it was, when nobody said anything.
    """
    if not store.rows(load_sql("analytics.origin", "sql/reported")):
        return []
    store.execute("TRUNCATE TABLE origin_backlogs")
    window = {"since": now - memory, "until": now, "enough_days": _ENOUGH_DAYS}
    store.execute(load_sql("analytics.origin", "sql/backlogs"), window)
    rows = store.rows("SELECT DISTINCT toString(broker) AS broker FROM origin_backlogs ORDER BY broker")
    return [row["broker"] for row in rows]


def backlog_params(brokers: list[str], catalog: Catalog | None) -> dict[str, Any]:
    """Return the parameters of the search for queues that are backed up; the catalog says which system a broker is."""
    return {
        "brokers": brokers,
        "systems": [catalog.system_named(broker)[0] if catalog else broker for broker in brokers],
        "least": _LEAST,
        "factor": _FACTOR,
        "enough_hours": _ENOUGH_HOURS,
    }
