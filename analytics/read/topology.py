"""Systems and how they depend on each other, through calls and through queues."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from analytics.read.context import ReadContext
from analytics.read.present import number, ratio, text_or_none, time_text
from analytics.read.services import service_params
from analytics.read.ways import Named, edges
from runbooks.estate import System
from storage.sqlfiles import load_sql

Row = dict[str, Any]
_RECENT = timedelta(hours=24)
_ENOUGH_SPANS = 60_000


def systems(context: ReadContext) -> list[dict[str, Any]]:
    """Return the systems of the catalog and those seen without an entry, with their last 24 hours."""
    catalog, now = context.catalogs.current(), context.clock.now()
    window = {"since": now - _RECENT, "until": now}
    named = window | service_params(context, window["since"], window["until"])
    spans = {row["system"]: row for row in context.store.rows(load_sql("analytics.read", "sql/systems"), named)}
    counts = context.store.rows(load_sql("analytics.read", "sql/system_transactions"), window)
    transactions = {row["system"]: row for row in counts}
    seen = dict.fromkeys([*spans, *transactions])
    names = list(catalog.systems) + [name for name in seen if name and name not in catalog.systems]
    return [_system(catalog.systems.get(name), name, spans.get(name), transactions.get(name)) for name in names]


def _system(entry: System | None, name: str, spans: Row | None, counts: Row | None) -> dict[str, Any]:
    last = max((row["last_at"] for row in (spans, counts) if row), default=None)
    return {
        "system": name,
        "title": entry.label if entry else name,
        "category": entry.category if entry else None,
        "owner": (entry.owner or None) if entry else None,
        "vendor": (entry.vendor or None) if entry else None,
        "in_catalog": entry is not None,
        "transactions": counts["transactions"] if counts else 0,
        "origin_of": counts["origin_of"] if counts else 0,
        "observations": spans["observations"] if spans else 0,
        "errors": spans["errors"] if spans else 0,
        "error_ratio": ratio(spans["errors"], spans["observations"]) if spans else None,
        "p95_ms": number(spans["p95_ms"]) if spans else None,
        "last_at": time_text(last),
    }


def dependencies(context: ReadContext, since: datetime, until: datetime) -> dict[str, Any]:
    """
    Return ``{"nodes": [...], "edges": [...], "sampled_one_in": n}`` of what called or fed what from *since* to *until*.

    An edge is a parent span in another system, a producer to its consumer (by parent or span link), or a client span
    whose other side sent nothing and is known by its peer attributes only (``observed`` is then false). Where there are
    many spans, one trace in ``sampled_one_in`` is looked at and the counts are multiplied.
    """
    catalog = context.catalogs.current()
    sample = context.hops.read(since, until, _ENOUGH_SPANS, every=True)
    rows = edges(sample.hops, Named.of(sample.hops, lambda name: catalog.system_named(name)[0]), sample.one_in)
    seconds = (until - since).total_seconds()
    touched: dict[str, dict[str, int]] = defaultdict(lambda: {"calls": 0, "errors": 0})
    for row in rows:
        touched[row["source"]]["calls"] += 0
        touched[row["target"]]["calls"] += row["calls"]
        touched[row["target"]]["errors"] += row["errors"]
        if row["via"]:
            touched[row["via"]]["calls"] += row["calls"]
    nodes = []
    for name, counts in sorted(touched.items()):
        entry = catalog.systems.get(name)
        category = entry.category if entry else None
        nodes.append({"system": name, "title": entry.label if entry else name, "category": category, **counts})
    return {"nodes": nodes, "edges": [_edge(row, seconds) for row in rows], "sampled_one_in": sample.one_in}


def _edge(row: Row, seconds: float) -> dict[str, Any]:
    return {
        "source": row["source"],
        "target": row["target"],
        "kind": row["edge_kind"],
        "via": text_or_none(row["via"]),
        "calls": row["calls"],
        "rate_per_s": row["calls"] / seconds,
        "errors": row["errors"],
        "error_ratio": ratio(row["errors"], row["calls"]),
        "p50_ms": number(row["quantiles_ms"][0]),
        "p95_ms": number(row["quantiles_ms"][1]),
        "observed": bool(row["observed"]),
    }
