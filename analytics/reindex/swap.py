"""
The end of a reindex: every rebuilt table takes the place of the old one, and history is amended.

One exchange is atomic and cannot be half done, several are not: the journal names them all before the first, and an
exchange that was cut short is finished at the next start. In this process no statement runs between the first and the
last.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from analytics.reindex.beside import beside_of, drop_beside, exchanged
from core.faults import fault_point
from storage.sqlfiles import load_sql
from storage.store import Store

_PARTS = 8
_MOST_ROWS_AT_ONCE = 500_000
_HISTORY = ("transactions_gone", "verdicts")
_JOURNAL = ("at", "state", "beside", "tables", "rebuilt")


def carry_history(store: Store, beside: Store, now: datetime) -> None:
    """Carry revisions and former ids into the rebuilt tables, and find what has to be appended to the history."""
    known = int(store.value("SELECT count() FROM transactions"))
    parts = _PARTS if known > _MOST_ROWS_AT_ONCE else 1
    bound: dict[str, Any] = {"main": store.config.target_database, "now": now}
    for part in range(parts):
        _send(beside, "lineage", {"parts": parts, "part": part})
    _send(beside, "lineage_lookups", {})
    _send(beside, "versions", bound)
    for name in _HISTORY:
        beside.execute("TRUNCATE TABLE {table:Identifier}", {"table": name})
    for name in ("gone", "verdicts"):
        _send(beside, name, bound)
    fault_point("reindex.history")


def swap(store: Store, beside: Store, now: datetime) -> None:
    """Put the rebuilt tables in the place of the old ones."""
    tables = exchanged(beside)
    identities = _identities(store, beside_of(store))
    store.insert(
        "reindex_swaps", _JOURNAL, [[now, "swapping", beside_of(store), tables, [identities[t] for t in tables]]]
    )
    fault_point("reindex.journal")
    _finish(store, beside_of(store), tables, now)


def recover(store: Store, now: datetime) -> bool:
    """
    Finish an exchange that was cut short, and drop what a killed reindex left; before anything reads or ticks.

    Returns:
        Whether an exchange was finished.
    """
    rows = store.rows(load_sql("analytics.reindex", "sql/last_swap"))
    finished = bool(rows) and rows[0]["state"] == "swapping"
    if finished:
        current = _identities(store, store.config.target_database)
        left = [
            table
            for table, identity in zip(rows[0]["tables"], rows[0]["rebuilt"], strict=True)
            if current.get(table) != identity
        ]
        _finish(store, rows[0]["beside"], left, now)
    drop_beside(store)
    return finished


def _finish(store: Store, beside: str, tables: Sequence[str], now: datetime) -> None:
    """Exchange *tables* and append the history; appended twice it is the same."""
    _exchange(store, beside, tables)
    fault_point("reindex.exchanged")
    for table in _HISTORY:
        store.execute(
            "INSERT INTO {table:Identifier} SELECT * FROM {beside:Identifier}.{table:Identifier}",
            {"table": table, "beside": beside},
        )
    bound = {"beside": beside, "now": now, "version": store.value("SELECT max(version) FROM correlation_ticks")}
    store.execute(load_sql("analytics.reindex", "sql/notices"), bound)
    store.insert("reindex_swaps", _JOURNAL, [[now, "done", beside, [], []]])


def _exchange(store: Store, beside: str, tables: Sequence[str]) -> None:
    with store.exclusively() as client:
        for table in tables:
            client.command(
                "EXCHANGE TABLES {main:Identifier}.{table:Identifier} AND {beside:Identifier}.{table:Identifier}",
                parameters={"main": store.config.target_database, "beside": beside, "table": table},
            )
            fault_point("reindex.exchange")


def _identities(store: Store, database: str) -> dict[str, str]:
    rows = store.rows(load_sql("analytics.reindex", "sql/identities"), {"database": database})
    return {row["name"]: row["identity"] for row in rows}


def _send(beside: Store, name: str, params: dict[str, Any]) -> None:
    beside.execute(load_sql("analytics.reindex", f"sql/{name}"), params)
