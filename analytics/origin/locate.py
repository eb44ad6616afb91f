"""
The origin of each transaction in a tick: every signal makes findings, the weightiest finding names the system.

Reads ``work_transactions`` and ``work_observations``, which correlation fills, and fills ``work_origins`` with one row
for every transaction of the tick.
"""

from datetime import datetime, timedelta
from typing import Any

from analytics.origin.backlogs import backlog_params, look_up_backlogs
from analytics.origin.learn import MEMORY, logged_params, normal_params
from analytics.origin.templates import with_templates
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
    "find_lagging_queues",
    "find_lost_time",
    "find_slow_steps",
    "find_owed_milestones",
    "find_vanished_logs",
    "find_shared_failures",
)
"""The last one speaks for what the others found."""
_LOOKED_UP_FOR = timedelta(seconds=30)
_SHARED = {"troubled": 5, "others": 10}
"""So many transactions in trouble, and so many that did not pass the system, before anything is said to be shared."""


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
        params: dict[str, dict[str, Any]] = {
            "find_owed_milestones": _categories(catalog),
            "find_slow_steps": normal_params(now),
            "find_vanished_logs": logged_params(now),
            "find_shared_failures": _SHARED,
        }
        _look_up_outcomes(store, now)
        signals = store.rows(load_sql("analytics.origin", "sql/signals"), _SHARED)[0]
        if signals["find_lagging_queues"]:
            brokers = look_up_backlogs(store, now, MEMORY)
            signals["find_lagging_queues"] = len(brokers)
            params["find_lagging_queues"] = backlog_params(brokers, catalog)
        for name in _FINDINGS:
            if signals[name]:
                _run(store, name, params.get(name))
    _run(store, "account", {"rows": MAX_EVIDENCE})


def _look_up_outcomes(store: Store, now: datetime) -> None:
    """Have in ``origin_outcomes`` how recent transactions fared; looked up anew every so often, not by every tick."""
    window = {"now": now, "since": now - _LOOKED_UP_FOR}
    if not store.value(load_sql("analytics.origin", "sql/outcomes_age"), window):
        store.execute("TRUNCATE TABLE origin_outcomes")
        store.execute(load_sql("analytics.origin", "sql/outcomes"), {"now": now})


def _categories(catalog: Catalog | None) -> dict[str, list[str]]:
    known = {"": "unknown"}
    if catalog:
        known |= {name: system.category for name, system in catalog.systems.items()}
    return {"systems": list(known), "categories": list(known.values())}


def _run(store: Store, name: str, params: dict[str, Any] | None = None) -> None:
    store.execute(with_templates(name).rstrip() + _SETTINGS, params)
    fault_point(f"tick.{name}")
