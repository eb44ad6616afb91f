"""Queues and what waits in them: producers whose messages nobody took yet, and what brokers say themselves."""

from datetime import datetime
from typing import Any

from analytics.read.context import ReadContext
from analytics.read.present import number, time_text
from analytics.read.ways import Named, waiting
from storage.sqlfiles import load_sql

Row = dict[str, Any]
_ENOUGH_SPANS = 300_000
_FROM_SPANS = (
    "produced",
    "consumed",
    "waiting",
    "oldest_at",
    "oldest_age_ms",
    "wait_p50_ms",
    "wait_p95_ms",
    "last_at",
)


def queues(context: ReadContext, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """
    Return the queues of the catalog and those seen, with messages waiting and for how long.

    ``produced`` to ``last_at`` follow from spans: a message waits when its producer has no consumer yet. ``depth``,
    ``consumer_lag`` and ``consumers`` are what the broker last reported before *until*. What nobody told is null: that
    is not the same as none. Where there are many spans, one trace in ``sampled_one_in`` is looked at: counts are then
    estimates, and an older message may wait than ``oldest_at``.
    """
    catalog, now = context.catalogs.current(), context.clock.now()
    sample = context.hops.read(since, until, _ENOUGH_SPANS, every=False)
    named = Named.of(sample.hops, lambda name: catalog.system_named(name)[0])
    seen = {row["queue"]: row for row in waiting(sample.hops, named, sample.one_in)}
    told = _told(context, until)
    declared = [name for name, system in catalog.systems.items() if system.category == "queue"]
    names = declared + [name for name in dict.fromkeys([*seen, *told]) if name not in declared]
    items = []
    for name in names:
        entry = catalog.systems.get(name)
        title = entry.label if entry else name
        owner = (entry.owner or None) if entry else None
        items.append(
            {"queue": name, "title": title, "owner": owner}
            | _figures(seen.get(name), now)
            | _reported(told.get(name, {}))
            | {"sampled_one_in": sample.one_in}
        )
    return items


def _told(context: ReadContext, until: datetime) -> dict[str, dict[str, Row]]:
    """Return what brokers reported, by queue and measure; of a queue with several brokers the sum."""
    rows = context.store.rows(load_sql("analytics.read", "sql/queue_metrics"), {"until": until})
    told: dict[str, dict[str, Row]] = {}
    for row in rows:
        name, _ = context.catalogs.current().system_named(row["broker"])
        of_queue = told.setdefault(name or row["broker"], {})
        known = of_queue.get(row["measure"])
        of_queue[row["measure"]] = _added(known, row) if known else row
    return told


def _added(known: Row, row: Row) -> Row:
    return known | {
        "value": known["value"] + row["value"],
        "at": max(known["at"], row["at"]),
        "destinations": [*known["destinations"], *row["destinations"]],
    }


def _figures(row: Row | None, now: datetime) -> dict[str, Any]:
    if row is None:
        return dict.fromkeys(_FROM_SPANS)
    oldest = row["oldest_at"]
    return {
        "produced": row["produced"],
        "consumed": row["consumed"],
        "waiting": row["waiting"],
        "oldest_at": time_text(oldest),
        "oldest_age_ms": (now - oldest).total_seconds() * 1_000 if oldest else None,
        "wait_p50_ms": number(row["wait_quantiles_ms"][0]),
        "wait_p95_ms": number(row["wait_quantiles_ms"][1]),
        "last_at": time_text(row["last_at"]),
    }


def _reported(told: dict[str, Row]) -> dict[str, Any]:
    def value(measure: str) -> float | None:
        return number(told[measure]["value"]) if measure in told else None

    destinations = {name for row in told.values() for name in row["destinations"] if name}
    return {
        "depth": value("depth"),
        "depth_at": time_text(max((row["at"] for row in told.values()), default=None)),
        "consumer_lag": value("lag"),
        "consumers": value("consumers"),
        "destinations": sorted(destinations),
    }
