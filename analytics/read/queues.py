"""Queues and what waits in them, told by producers whose messages nobody took yet."""

from datetime import datetime
from typing import Any

from analytics.read.context import ReadContext
from analytics.read.present import number, time_text
from analytics.read.services import system_params
from analytics.read.summary import aware
from storage.sqlfiles import load_sql

Row = dict[str, Any]


def queues(context: ReadContext, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """
    Return the queues of the catalog and those seen, with messages waiting and for how long.

    A queue through which nothing was sent in the window has null figures: that is not the same as empty.
    """
    catalog, now = context.catalogs.current(), context.clock.now()
    params = {"since": since, "until": until, **system_params(context, since, until)}
    rows = context.store.rows(load_sql("analytics.read", "sql/queues"), params)
    seen = {row["queue"]: row for row in rows}
    declared = [name for name, system in catalog.systems.items() if system.category == "queue"]
    names = declared + [name for name in seen if name not in declared]
    items = []
    for name in names:
        entry = catalog.systems.get(name)
        title = entry.label if entry else name
        owner = (entry.owner or None) if entry else None
        items.append({"queue": name, "title": title, "owner": owner} | _figures(seen.get(name), now))
    return items


def _figures(row: Row | None, now: datetime) -> dict[str, Any]:
    if row is None:
        return dict.fromkeys(
            ("produced", "consumed", "waiting", "oldest_at", "oldest_age_ms", "wait_p50_ms", "wait_p95_ms", "last_at")
        )
    oldest = row["oldest_at"] if row["waiting"] else None
    return {
        "produced": row["produced"],
        "consumed": row["consumed"],
        "waiting": row["waiting"],
        "oldest_at": time_text(oldest),
        "oldest_age_ms": (now - aware(oldest)).total_seconds() * 1_000 if oldest else None,
        "wait_p50_ms": number(row["wait_quantiles_ms"][0]),
        "wait_p95_ms": number(row["wait_quantiles_ms"][1]),
        "last_at": time_text(row["last_at"]),
    }
