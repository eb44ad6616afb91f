"""
The origin of each transaction in a tick: every signal makes findings, the weightiest finding names the system.

Reads ``work_transactions`` and ``work_observations``, which correlation fills, and fills ``work_origins`` with one row
for every transaction of the tick.
"""

from datetime import datetime
from typing import Any

from analytics.origin.learn import normal_params
from core.faults import fault_point
from runbooks.catalogs import Catalog
from storage.sqlfiles import load_sql
from storage.store import Store

MAX_EVIDENCE = 6
_SETTINGS = "\nSETTINGS query_plan_enable_optimizations = 0"
"""There is nothing to search a better plan for: the tables of a tick have no order and no index."""
_TABLES = ("work_origins", "origin_spans", "origin_evidence", "origin_findings")
_FINDINGS = (
    "find_failing_spans",
    "find_failing_events",
    "find_error_logs",
    "find_waiting_messages",
    "find_lost_time",
    "find_slow_steps",
    "find_owed_milestones",
)


def locate(store: Store, now: datetime, catalog: Catalog | None = None) -> None:
    """
    Fill ``work_origins`` for the transactions of the tick.

    Args:
        store: The engine; its work tables are those of the tick under way.
        now: The moment of the tick, aware; what is normal is what was learned in the two weeks before it.
        catalog: Gives the categories of systems that sent nothing themselves.
    """
    for table in _TABLES:
        store.execute(f"TRUNCATE TABLE {table}")
    _run(store, "spans")
    if store.value(load_sql("analytics.origin", "sql/trouble")):
        _run(store, "evidence")
        params = {"find_owed_milestones": _categories(catalog), "find_slow_steps": normal_params(now)}
        signals = store.rows(load_sql("analytics.origin", "sql/signals"))[0]
        for name in _FINDINGS:
            if signals[name]:
                _run(store, name, params.get(name))
    _run(store, "account", {"rows": MAX_EVIDENCE})


def _categories(catalog: Catalog | None) -> dict[str, list[str]]:
    known = {"": "unknown"}
    if catalog:
        known |= {name: system.category for name, system in catalog.systems.items()}
    return {"systems": list(known), "categories": list(known.values())}


def _run(store: Store, name: str, params: dict[str, Any] | None = None) -> None:
    store.execute(load_sql("analytics.origin", f"sql/{name}").rstrip() + _SETTINGS, params)
    fault_point(f"tick.{name}")
